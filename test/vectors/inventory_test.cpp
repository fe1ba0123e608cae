// No file of the shared vectors lies there unjudged.
#include <filesystem>
#include <set>

#include "test/vectors/shared.hpp"

namespace cloister::vectors {
namespace {

namespace fs = std::filesystem;

// What no code of this repository can judge yet, and why.
const std::map<std::string, std::string_view> later{
    {"metadata/metadata-hash.json",
     "RFC-78's digest: no metadata hash is computed yet, mode 1 of "
     "CheckMetadataHash is refused (protocol/extrinsic.hpp)"},
    {"metadata/minimal-v14.hex", "the runtime writes metadata (runtime/metadata) and reads none"},
    {"metadata/minimal-v15.hex", "as above"},
    {"metadata/minimal-v15.json", "as above"},
    {"metadata/minimal-v16.hex", "the runtime offers metadata 14 and 15 (runtime/metadata)"},
    {"phala/phala_metadata_v15.scale", "the runtime writes its own metadata and reads no other's"},
    {"phala/pink_gas_schedule_v1.2.snap", "the contract engine counts by its own costs"},
    {"phala/prpc.proto", "the compatible worker API is not built"},
    {"phala/pruntime_rpc.proto", "the compatible worker API is not built"},
    {"phala/sdk_system_abi.json", "the system contract is not built"},
    {"rpc-traces/apps_legacy.log", "the wire logs need a running server with polkadot-js's chain"},
    {"rpc-traces/contract_legacy.log", "as above: the contracts pallet's RPC is not built"},
    {"rpc-traces/papi_legacy.log", "as above"},
    {"rpc-traces/papi_modern.log", "chainHead, chainSpec and transaction_v1 are not built"},
    {"rpc-traces/pjs_both.log", "as above"},
    {"xcm/variants.json", "no XCM is encoded or executed"},
    {"xcm/xcm-vectors.json", "no XCM is encoded or executed"},
};

bool is_manifest(const std::string& name) { return name.ends_with("MANIFEST.md"); }

std::set<std::string> files_present() {
    std::set<std::string> names;
    const fs::path root = shared_path("");
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
        if (!entry.is_regular_file()) continue;
        const std::string name = fs::relative(entry.path(), root).generic_string();
        if (!is_manifest(name)) names.insert(name);
    }
    return names;
}

std::set<std::string> files_claimed() {
    std::set<std::string> names;
    for (const SharedFile* file : SharedFile::all()) names.insert(file->name());
    return names;
}

TEST(Inventory, EveryFileIsJudgedByATestOrBelongsToALaterIssue) {
    const std::set<std::string> claimed = files_claimed();
    for (const std::string& name : files_present()) {
        test::ran_cases(1);
        EXPECT_TRUE(claimed.contains(name) || later.contains(name)) << name << ": no test reads it";
    }
}

TEST(Inventory, EveryClaimAndEveryExceptionNamesAFile) {
    const std::set<std::string> present = files_present();
    const std::set<std::string> claimed = files_claimed();
    for (const std::string& name : claimed) EXPECT_TRUE(present.contains(name)) << name;
    for (const auto& [name, reason] : later) {
        EXPECT_TRUE(present.contains(name)) << name;
        EXPECT_FALSE(claimed.contains(name)) << name << " is judged: take it off the list";
    }
}

}  // namespace
}  // namespace cloister::vectors
