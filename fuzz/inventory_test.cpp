// A decoder without a target fails here. Two lists are gathered from the headers of src/ and app/:
// types that name `scale_fields`, and functions that by their names and arguments take bytes or
// text from somewhere. Each must be covered by a target or stand below with the reason why not.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "fuzz/bodies.hpp"
#include "test/support/cases.hpp"

namespace cloister::fuzz {
namespace {

namespace fs = std::filesystem;

const std::map<std::string, std::string> types_apart = {
    {"AccountAmount", "a base: its events are there"},
};

const std::map<std::string, std::string> doors_apart = {
    {"app/cloister:load", "a path: the blob goes to the enclave as it is (host_channel)"},
    {"app/cloister:load_authority", "a path: 32 bytes are a seed"},
    {"app/cloister:load_genesis", "a path: NodeGenesis is among the messages"},
    {"app/cloister:load_key", "a path: from_suri (text)"},
    {"app/cloister:load_record", "a path: FlatJson (text)"},
    {"app/cloister:load_reply_key", "a path: 32 bytes are a seed"},
    {"app/cloister:parse_fixed", "from_hex and a size (text)"},
    {"app/cloister:parse_hex", "from_hex (text)"},
    {"app/cloister:read_code",
     "a path: JSON reader and from_hex (json, text), then the engine (wasm)"},
    {"app/cloister:read_input", "a path: bytes as they are"},
    {"app/cloister:read_seed_file", "a path: 32 bytes are a seed"},
    {"app/platform:open_platform", "a path: 32 bytes are a seed, 8 a time"},
    {"base:from", "a size"},
    {"client:check_session", "Session (messages, client_query), then proven reads (client_chain)"},
    {"crypto:from_uniform", "64 bytes by precondition"},
    {"crypto:verify", "a key, a message and a signature of fixed sizes"},
    {"crypto:verify_ed25519", "likewise"},
    {"crypto:verify_evaluation", "likewise"},
    {"crypto:verify_p256", "likewise"},
    {"crypto:verify_sr25519", "likewise"},
    {"io:open", "a path: RocksDB reads its own files"},
    {"io:read_file", "a path: bytes as they are"},
};

struct Header {
    std::string folder;  // "src/attest" is attest, "app/cloister" stays
    std::string text;
};

std::vector<Header> headers() {
    std::vector<Header> out;
    const fs::path root = std::getenv("CLOISTER_SOURCE");
    for (const std::string top : {"src", "app"}) {
        for (const auto& each : fs::recursive_directory_iterator(root / top)) {
            const std::string name = each.path().filename().string();
            if (!name.ends_with(".hpp") || name.ends_with("_test.hpp") ||
                name.ends_with("_fixture.hpp") || name.starts_with("test_") ||
                name == "known_answer.hpp") {
                continue;
            }
            std::string folder = fs::relative(each.path().parent_path(), root).generic_string();
            if (top == "src") folder = folder.substr(4);
            std::ostringstream text;
            std::ifstream file(each.path());
            for (std::string line; std::getline(file, line);) {
                const std::size_t comment = line.find("//");
                text << line.substr(0, comment) << '\n';
            }
            out.push_back({folder, text.str()});
        }
    }
    return out;
}

std::set<std::string> found_types() {
    static const std::regex begins(R"((?:struct|class)\s+(\w+)[^;{]*\{)");
    std::set<std::string> out;
    for (const Header& header : headers()) {
        for (std::size_t at = header.text.find("auto scale_fields(auto"); at != std::string::npos;
             at = header.text.find("auto scale_fields(auto", at + 1)) {
            std::string name;
            const std::string before = header.text.substr(0, at);
            for (std::sregex_iterator i(before.begin(), before.end(), begins), end; i != end; ++i) {
                name = (*i)[1];
            }
            out.insert(name);
        }
    }
    return out;
}

std::set<std::string> found_doors() {
    static const std::regex door(
        R"(\b((?:parse|decode|from|open|read|import|load|unpad|unseal|inspect|verify|)"
        R"(check_session|find_spec|make_bundle|compile|handle)(?:_\w+)?)\s*)"
        R"(\(([^;{]*?(?:ByteView|string_view|std::string|Bytes|Decoder|)"
        R"(ProvenHeader|Request)\b[^;{]*)\))");
    std::set<std::string> out;
    for (const Header& header : headers()) {
        for (std::sregex_iterator i(header.text.begin(), header.text.end(), door), end; i != end;
             ++i) {
            out.insert(header.folder + ":" + (*i)[1].str());
        }
    }
    return out;
}

TEST(FuzzInventory, EveryMessageTypeIsAmongTheMessages) {
    auto names = message_names();
    std::ranges::copy(event_names(), std::back_inserter(names));
    std::size_t judged = 0;
    for (const std::string& type : found_types()) {
        ++judged;
        EXPECT_TRUE(std::ranges::find(names, type) != names.end() || types_apart.contains(type))
            << type << " has scale_fields and no line in fuzz/messages_body.cpp or events_body.cpp";
    }
    EXPECT_GT(judged, 90U);
    test::ran_cases(judged);
}

TEST(FuzzInventory, EveryDoorHasATarget) {
    std::set<std::string> covered;
    for (const Target& target : targets()) {
        covered.insert(target.covers.begin(), target.covers.end());
    }
    const std::set<std::string> found = found_doors();
    for (const std::string& each : found) {
        EXPECT_TRUE(covered.contains(each) || doors_apart.contains(each))
            << each << " takes bytes, and no target of fuzz/targets.cpp covers it";
    }
    EXPECT_GT(found.size(), 50U);
    test::ran_cases(found.size());
}

TEST(FuzzInventory, NamesOnlyDoorsThatExist) {
    const std::set<std::string> found = found_doors();
    const std::set<std::string> types = found_types();
    for (const Target& target : targets()) {
        for (const std::string_view name : target.covers) {
            EXPECT_TRUE(found.contains(std::string(name))) << target.name << ": " << name;
        }
    }
    for (const auto& [name, reason] : doors_apart) EXPECT_TRUE(found.contains(name)) << name;
    for (const auto& [name, reason] : types_apart) EXPECT_TRUE(types.contains(name)) << name;
}

}  // namespace
}  // namespace cloister::fuzz
