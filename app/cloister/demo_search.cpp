#include "demo_search.hpp"

#include "base/hex.hpp"
#include "client/diagnosis.hpp"
#include "codec/scale/scale.hpp"
#include "io/file.hpp"

namespace cloister::app {
namespace {

constexpr std::size_t table_bytes_max = 4U << 20;
constexpr std::size_t record_needle_bytes = 32;  // four features
constexpr std::size_t control_bytes = 64;
constexpr std::string_view control_name = "the sealed records";

Result<void, Problem> add_records(MarkerSearch& search, const std::string& data) {
    const auto csv = io::read_file(data, table_bytes_max);
    if (!csv) return err(problem_of(csv.error()));
    const auto patients = client::diagnosis::parse_table(text_of(*csv));
    if (!patients)
        return err(
            Problem{"BadData", data + " is not the breast cancer table", "tools/fetch-data.sh"});
    std::size_t number = 0;
    for (const auto& patient : *patients) {
        Bytes encoded = scale::encode(patient.features);
        encoded.resize(record_needle_bytes);
        search.add("record " + std::to_string(++number), std::move(encoded));
    }
    return {};
}

Result<void, Problem> search_host(MarkerSearch& search, const FlatJson& host,
                                  const std::string& name) {
    return search.search_memory(static_cast<int>(host.number("pid")), name);
}

}  // namespace

Result<LeakReport, Problem> search_for_leaks(const LeakSearch& plan) {
    MarkerSearch search;
    CLOISTER_CHECK(add_records(search, plan.data));
    search.add("the marker", plan.marker);
    search.add("the marker as hexadecimal text", to_bytes(base::to_hex(plan.marker)));
    CLOISTER_ASSERT(plan.ciphertext.size() >= control_bytes);
    search.add(std::string(control_name), to_bytes(ByteView(plan.ciphertext).first(control_bytes)));

    CLOISTER_CHECK(search.search_files(plan.ready.text("base_path")));
    const FlatJson pids = plan.ready.object("pids");
    for (const char* name : {"dev", "platform", "node"}) {
        CLOISTER_CHECK(search.search_memory(static_cast<int>(pids.number(name)), name));
    }
    for (const std::string& worker : plan.ready.elements("workers")) {
        CLOISTER_CHECK(
            search_host(search, FlatJson::parse(worker).value_or(FlatJson{}), "a worker's host"));
    }
    CLOISTER_CHECK(search_host(search, plan.ready.object("gatekeeper"), "the gatekeeper's host"));

    LeakReport report;
    report.searched_bytes = search.searched_bytes();
    for (const Sighting& sighting : search.sightings()) {
        if (sighting.needle == control_name) {
            report.control_found = true;
        } else {
            report.leaks.push_back(sighting);
        }
    }
    return report;
}

}  // namespace cloister::app
