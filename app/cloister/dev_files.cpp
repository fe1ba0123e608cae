#include "dev_files.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <cstdlib>

#include "base/hex.hpp"
#include "codec/json/reader.hpp"
#include "codec/json/writer.hpp"
#include "crypto/hash.hpp"
#include "io/file.hpp"
#include "io/process.hpp"
#include "node/development.hpp"
#include "node_genesis.hpp"
#include "platform/messages.hpp"

namespace cloister::app {
namespace {

constexpr std::size_t operators_min =
    8;  // so that a network may later run more workers than at first
constexpr std::size_t approved_max = 1024;

std::string record_path(const std::string& base_path) { return base_path + "/dev.json"; }

Measurement measurement_of(json::Reader& r) {
    const auto bytes = base::from_hex(r.string());
    const auto measurement = bytes ? Measurement::from(*bytes) : std::nullopt;
    if (!measurement) r.fail(json::Error::InvalidValue);
    return measurement.value_or(Measurement{});
}

Result<void, Problem> init_platform(const std::string& base_path, const DevPrograms& programs) {
    auto process = io::spawn(programs.platform,
                             {.arguments = {"--dir", base_path + "/platform", "--init-only"},
                              .name = "cloister-platform",
                              .output_path = base_path + "/logs/platform.log"});
    if (!process) return err(problem_of(process.error(), "is the build complete?"));
    if (process->wait().success()) return {};
    return err(Problem{"PlatformFailed", "cloister-platform could not make its keys",
                       "see " + base_path + "/logs/platform.log"});
}

}  // namespace

Result<std::string, Problem> default_base_path() {
    const char* data = std::getenv("XDG_DATA_HOME");
    if (data != nullptr && *data == '/') return std::string(data) + "/cloister/dev";
    const char* home = std::getenv("HOME");
    if (home != nullptr && *home == '/') return std::string(home) + "/.local/share/cloister/dev";
    return err(
        Problem{"NoBasePath", "neither XDG_DATA_HOME nor HOME is set", "give --base-path DIR"});
}

Result<io::Fd, Problem> lock_base_path(const std::string& base_path) {
    const auto made = io::ensure_directory(base_path + "/logs");
    if (!made) return err(problem_of(made.error(), "choose a directory of yours with --base-path"));
    io::Fd lock(::open((base_path + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!lock.valid()) return err(problem_of(io::error_from_errno("open " + base_path + "/lock")));
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
        return err(Problem{"BasePathInUse", "another cloister dev runs on " + base_path,
                           "stop it, or choose another directory with --base-path"});
    }
    return lock;
}

Result<void, Problem> reset_base_path(const std::string& base_path) {
    // The record goes first: half a network without it is no network.
    for (const char* name :
         {"dev.json", "node", "gatekeeper", "workers", "enclave", "platform", "logs"}) {
        const auto removed = io::remove_tree(base_path + "/" + name);
        if (!removed) return err(problem_of(removed.error()));
    }
    const auto made = io::ensure_directory(base_path + "/logs");
    if (!made) return err(problem_of(made.error()));
    return {};
}

Result<std::optional<DevRecord>, Problem> load_record(const std::string& base_path) {
    const std::string path = record_path(base_path);
    if (!io::file_exists(path)) return std::optional<DevRecord>{};
    const auto bytes = io::read_file(path, 1U << 20);
    if (!bytes) return err(problem_of(bytes.error()));
    DevRecord record;
    std::uint64_t version = 0;
    json::Reader r{ByteView(*bytes)};
    if (r.enter_object()) {
        while (const auto key = r.next_member()) {
            if (*key == "version") version = r.unsigned_integer(1000);
            if (*key == "operators") record.operators = r.unsigned_integer(1000);
            if (*key == "gatekeeper") record.gatekeeper = measurement_of(r);
            if (*key == "approved" && r.enter_array()) {
                while (record.approved.size() < approved_max && r.next_element()) {
                    record.approved.push_back(measurement_of(r));
                }
            }
        }
    }
    if (!r.finish() || version != 1 || record.approved.empty()) {
        return err(Problem{"BadRecord", path + " is not a record of version 1",
                           "--reset starts a new network"});
    }
    return std::optional(std::move(record));
}

Result<void, Problem> save_record(const std::string& base_path, const DevRecord& record) {
    json::Writer w;
    w.begin_object().key("version").number(1).key("operators").number(record.operators);
    w.key("gatekeeper").hex(record.gatekeeper).key("approved").begin_array();
    for (const Measurement& measurement : record.approved) w.hex(measurement);
    w.end_array().end_object();
    const auto written = io::write_file_atomic(record_path(base_path), view_of(w.text() + "\n"));
    if (!written) return err(problem_of(written.error()));
    return {};
}

Result<Measurement, Problem> measure(const std::string& enclave) {
    const auto bytes = io::read_file(enclave, platform::enclave_file_bytes_max);
    if (!bytes) return err(problem_of(bytes.error(), "is the build complete?"));
    return Measurement(crypto::sha256(*bytes).view());
}

std::string kept_enclave_path(const std::string& base_path, const Measurement& measurement) {
    return base_path + "/enclave/" + base::to_hex(measurement);
}

Result<void, Problem> keep_enclave(const std::string& base_path, const std::string& enclave,
                                   const Measurement& measurement) {
    const std::string path = kept_enclave_path(base_path, measurement);
    if (io::file_exists(path)) return {};
    const auto bytes = io::read_file(enclave, platform::enclave_file_bytes_max);
    // Rebuilt meanwhile: these are not the bytes that the network runs.
    if (!bytes || !equal(crypto::sha256(*bytes).view(), measurement)) {
        return err(Problem{"EnclaveChanged", enclave + " changed while the network started",
                           "restart the network and do not rebuild meanwhile"});
    }
    auto made = io::ensure_directory(base_path + "/enclave");
    if (!made) return err(problem_of(made.error()));
    const auto written = io::write_file_atomic(path, *bytes);
    if (!written) return err(problem_of(written.error()));
    return {};
}

Result<DevPrograms, Problem> find_programs() {
    const auto own = io::own_program_path();
    if (!own) return err(problem_of(own.error()));
    const std::string folder = own->substr(0, own->rfind('/'));
    DevPrograms programs{.cloister = *own,
                         .platform = folder + "/cloister-platform",
                         .enclave = folder + "/cloister-enclave"};
    for (const std::string& program : {programs.platform, programs.enclave}) {
        if (!io::file_exists(program)) {
            return err(Problem{"ProgramMissing", program + " is missing", "make build"});
        }
    }
    return programs;
}

Result<DevRecord, Problem> make_network(const std::string& base_path, const DevPrograms& programs,
                                        const Measurement& measurement, std::size_t workers) {
    CLOISTER_CHECK(init_platform(base_path, programs));
    const auto root = io::read_file(base_path + "/platform/root.der", 1U << 16);
    const auto collateral_bytes =
        io::read_file(base_path + "/platform/collateral.scale", platform::response_frame_bytes_max);
    if (!root) return err(problem_of(root.error()));
    if (!collateral_bytes) return err(problem_of(collateral_bytes.error()));
    auto collateral = scale::decode<attest::Collateral>(*collateral_bytes);
    if (!collateral)
        return err(
            Problem{"PlatformFailed", "the platform's collateral does not decode", "make build"});

    const std::string node_path = base_path + "/node";
    const auto made = io::ensure_directory(node_path);
    if (!made) return err(problem_of(made.error()));
    CLOISTER_TRY(const crypto::Ed25519Key authority, make_authority(node_path));
    DevRecord record{.gatekeeper = measurement,
                     .approved = {measurement},
                     .operators = std::max(workers, operators_min)};
    CLOISTER_CHECK(save_genesis(
        genesis_path(node_path),
        node::development_genesis({.authority = {.id = authority.public_key(), .weight = 1},
                                   .measurement = measurement,
                                   .simulated_root = crypto::sha256(*root),
                                   .collateral = std::move(*collateral),
                                   .workers = record.operators})));
    CLOISTER_CHECK(save_record(base_path, record));
    return record;
}

}  // namespace cloister::app
