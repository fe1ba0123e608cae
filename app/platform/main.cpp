// cloister-platform: the simulated vendor and launcher of enclaves on machines without TEE
// hardware.

#include <CLI/CLI.hpp>
#include <cstdio>

#include "base/hex.hpp"
#include "codec/json/writer.hpp"
#include "daemon.hpp"
#include "store.hpp"

namespace {

using namespace cloister;

void print_json(const platform::Platform& vendor, const std::string& directory) {
    json::Writer w;
    w.begin_object();
    w.key("root_fingerprint").hex(vendor.root_fingerprint());
    w.key("collateral_file").string(platform::collateral_path(directory));
    w.key("simulated").boolean(true);
    w.end_object();
    std::printf("%s\n", w.text().c_str());
}

int fail(const std::string& reason) {
    std::fprintf(stderr, "cloister-platform: %s\n", reason.c_str());
    return 1;
}

}  // namespace

int main(int argc, char** argv) {
    std::string directory;
    platform::DaemonOptions options;
    bool init_only = false;
    bool json_output = false;

    CLI::App app{
        "Simulated TEE platform for development networks. SIMULATED: it promises nothing "
        "against this machine's owner."};
    app.add_option("--dir", directory, "directory of the platform's seed and collateral")
        ->required();
    auto* socket = app.add_option("--socket", options.socket_path, "unix socket to listen on");
    auto* init = app.add_flag("--init-only", init_only, "make or load the platform, then exit");
    app.add_flag("--json", json_output, "print the root's fingerprint as JSON");
    app.add_option("--enclave-log", options.enclave_log_path,
                   "append the enclaves' standard output and error to this file");
    socket->excludes(init);
    CLI11_PARSE(app, argc, argv);
    if (!init_only && options.socket_path.empty()) return fail("give --socket PATH or --init-only");

    auto vendor = platform::open_platform(directory);
    if (!vendor) return fail(vendor.error());
    if (json_output) {
        print_json(*vendor, directory);
    } else {
        std::printf("SIMULATED platform, root %s\n",
                    base::to_hex_0x(vendor->root_fingerprint()).c_str());
    }
    std::fflush(stdout);
    if (init_only) return 0;

    const auto ended = platform::run_daemon(*vendor, options);
    return ended ? 0 : fail(ended.error());
}
