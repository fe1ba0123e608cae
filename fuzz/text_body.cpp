// Short texts that people and files give: addresses, secret URIs, hexadecimal, URLs, one-line JSON,
// the demo's table, what contracts answer.
#include "app/cloister/flat_json.hpp"
#include "base/hex.hpp"
#include "bodies.hpp"
#include "client/diagnosis.hpp"
#include "contract/bundle.hpp"
#include "crypto/keyring.hpp"
#include "crypto/ss58.hpp"
#include "io/http_client.hpp"

namespace cloister::fuzz {
namespace {

int address(std::string_view text) {
    const auto parsed = crypto::parse_ss58(text);
    if (!parsed) return 0;
    FUZZ_CHECK(crypto::encode_ss58(*parsed) == text);
    return 1;
}

int uri(std::string_view text) {
    const auto ed = crypto::KeyPair::from_suri(crypto::Scheme::Ed25519, text);
    const auto sr = crypto::KeyPair::from_suri(crypto::Scheme::Sr25519, text);
    FUZZ_CHECK(sr || !ed);  // soft junctions are all that ed25519 lacks
    return sr ? 1 : 0;
}

int hex(std::string_view text) {
    const auto bytes = base::from_hex(text);
    if (!bytes) return 0;
    const auto again = base::from_hex(base::to_hex_0x(*bytes));
    FUZZ_CHECK(again && *again == *bytes);
    return 1;
}

int url(std::string_view text) {
    const auto call = io::parse_http_url(std::string(text));
    if (!call) return 0;
    FUZZ_CHECK(!call->host.empty() && call->target.starts_with('/'));
    for (const char each : call->host + call->target) FUZZ_CHECK(each != '\r' && each != '\n');
    return 1;
}

int line(std::string_view text) {
    const auto object = app::FlatJson::parse(text);
    if (!object) return 0;
    for (const std::string name : {"a", "b", "c", "missing"}) {
        static_cast<void>(object->text(name));
        static_cast<void>(object->number(name));
        static_cast<void>(object->bytes(name));
        static_cast<void>(object->boolean(name));
        static_cast<void>(object->object(name).text("d"));
        static_cast<void>(object->elements(name));
    }
    return 1;
}

int table(std::string_view text) { return client::diagnosis::parse_table(text) ? 1 : 0; }

int answer(std::string_view text) {
    client::diagnosis::Refused refused;
    const auto scores = client::diagnosis::decode_scores(view_of(text), refused);
    const auto trained = client::diagnosis::decode_trained(view_of(text), refused);
    return scores || trained ? 1 : 0;
}

int bundle(std::string_view text) {
    const auto spec = contract::find_spec(view_of(text));
    const auto made = contract::make_bundle({.name = "n", .version = "1"}, view_of(text));
    FUZZ_CHECK(spec || !made);
    return made ? 1 : 0;
}

using Kind = int (*)(std::string_view);
constexpr Kind kinds[] = {address, uri, hex, url, line, table, answer, bundle};

}  // namespace

int text_body(ByteView input) {
    if (input.empty()) return 0;
    return kinds[input.front() % std::size(kinds)](text_of(input.subspan(1)));
}

std::vector<Bytes> text_seeds() {
    std::string patient;
    for (int i = 0; i < 30; ++i) patient += "17.99" + std::to_string(i) + ",";
    const std::vector<std::pair<std::uint8_t, std::string>> texts = {
        {0, "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"},
        {0, crypto::encode_ss58({.prefix = 16383, .account = {}})},
        {0, crypto::encode_ss58({.prefix = 0, .account = {}})},
        {1, "//Alice"},
        {1, "/soft//hard/77"},
        {1, "0x" + std::string(64, '1') + "//stash"},
        {2, "0x00ffAa"},
        {2, "beef"},
        {3, "http://127.0.0.1:9944/rpc?x=1"},
        {3, "http://example.org"},
        {4, R"({"a":"0x0102","b":[1,{"d":2}],"c":{"d":"e"}})"},
        {5, "1,30,malignant,benign\n" + patient + "0\n"},
        {6, std::string("\0\0\x04\x01\x40\x42\x0f\0", 8)},
        {6, std::string("\0\0\x90\x01\0\0", 6)},
        {7, std::string("\0asm\1\0\0\0", 8)}};
    std::vector<Bytes> seeds;
    for (const auto& [kind, text] : texts) seeds.push_back(concat(Bytes{kind}, view_of(text)));
    return seeds;
}

}  // namespace cloister::fuzz
