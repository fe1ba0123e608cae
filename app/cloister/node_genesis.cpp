#include "node_genesis.hpp"

#include "io/entropy.hpp"
#include "io/file.hpp"
#include "key_file.hpp"

namespace cloister::app {
namespace {

constexpr std::size_t genesis_bytes_max = 64U << 20;

}  // namespace

std::string genesis_path(const std::string& directory) { return directory + "/genesis.scale"; }
std::string authority_path(const std::string& directory) { return directory + "/authority.key"; }

Result<runtime::GenesisConfig, Problem> load_genesis(const std::string& path) {
    auto bytes = io::read_file(path, genesis_bytes_max);
    if (!bytes) {
        return err(Problem{"NoGenesis",
                           "cannot read the genesis configuration: " + bytes.error().text,
                           "cloister dev makes one; or name one with --genesis-config"});
    }
    auto genesis = scale::decode<NodeGenesis>(*bytes);
    if (!genesis || genesis->version != 1) {
        return err(Problem{"BadGenesis", path + " is not a genesis configuration of version 1",
                           "was it made by another version of cloister?"});
    }
    return std::move(genesis->config);
}

Result<void, Problem> save_genesis(const std::string& path, const runtime::GenesisConfig& config) {
    const auto written =
        io::write_file_atomic(path, scale::encode(NodeGenesis{.version = 1, .config = config}));
    if (!written) return err(problem_of(written.error()));
    return {};
}

Result<crypto::Ed25519Key, Problem> load_authority(const std::string& directory) {
    CLOISTER_TRY(Secret<32> seed, read_seed_file(authority_path(directory)));
    return crypto::Ed25519Key(std::move(seed));
}

Result<crypto::Ed25519Key, Problem> make_authority(const std::string& directory) {
    const std::string path = authority_path(directory);
    if (!io::file_exists(path)) {
        const Secret<32> seed = io::random_seed();
        const auto written = io::write_file_atomic(path, seed.reveal(), io::FileMode::Private);
        if (!written) return err(problem_of(written.error()));
    }
    return load_authority(directory);
}

}  // namespace cloister::app
