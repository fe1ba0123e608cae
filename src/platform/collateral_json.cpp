#include "platform/collateral_json.hpp"

#include "base/hex.hpp"
#include "codec/der/time.hpp"
#include "codec/json/writer.hpp"
#include "platform/quoting.hpp"

namespace cloister::platform {

namespace {

constexpr std::uint64_t tcb_evaluation_number = 20;

std::string upper_hex(ByteView bytes) {
    std::string text = base::to_hex(bytes);
    for (char& c : text) {
        if (c >= 'a' && c <= 'f') c = static_cast<char>(c - 'a' + 'A');
    }
    return text;
}

void write_validity(json::Writer& w, std::uint64_t from, std::uint64_t until) {
    w.key("issueDate").string(der::rfc3339_of(from));
    w.key("nextUpdate").string(der::rfc3339_of(until));
}

void write_status(json::Writer& w, const Recipe& recipe, const TcbLevel& level) {
    w.key("tcbDate").string(der::rfc3339_of(recipe.not_before));
    w.key("tcbStatus").string(level.status);
    if (!level.advisory.empty()) {
        w.key("advisoryIDs").begin_array().string(level.advisory).end_array();
    }
}

void write_level(json::Writer& w, const Recipe& recipe, const TcbLevel& level) {
    w.begin_object();
    w.key("tcb").begin_object();
    w.key("sgxtcbcomponents").begin_array();
    for (const std::uint8_t svn : level.components) {
        w.begin_object().key("svn").number(svn).end_object();
    }
    w.end_array();
    w.key("pcesvn").number(level.pcesvn);
    w.end_object();
    write_status(w, recipe, level);
    w.end_object();
}

void write_qe_level(json::Writer& w, const Recipe& recipe, std::uint16_t svn,
                    const TcbLevel& level) {
    w.begin_object();
    w.key("tcb").begin_object().key("isvsvn").number(svn).end_object();
    write_status(w, recipe, level);
    w.end_object();
}

}  // namespace

std::string tcb_info_json(const Recipe& recipe) {
    json::Writer w;
    w.begin_object();
    w.key("id").string(recipe.tcb_info_id);
    w.key("version").number(3);
    write_validity(w, recipe.not_before, recipe.tcb_info_until);
    w.key("fmspc").string(upper_hex(recipe.tcb_info_fmspc));
    w.key("pceId").string(recipe.tcb_info_pceid);
    w.key("tcbType").number(0);
    w.key("tcbEvaluationDataNumber").number(tcb_evaluation_number);
    w.key("tcbLevels").begin_array();
    for (const TcbLevel& level : recipe.levels) write_level(w, recipe, level);
    w.end_array().end_object();
    return std::move(w).take();
}

std::string qe_identity_json(const Recipe& recipe) {
    json::Writer w;
    w.begin_object();
    w.key("id").string("QE");
    w.key("version").number(2);
    write_validity(w, recipe.not_before, recipe.qe_identity_until);
    w.key("tcbEvaluationDataNumber").number(tcb_evaluation_number);
    w.key("miscselect").string("00000000");
    w.key("miscselectMask").string("FFFFFFFF");
    w.key("attributes").string("11000000000000000000000000000000");
    w.key("attributesMask").string("FBFFFFFFFFFFFFFF0000000000000000");
    w.key("mrsigner").string(upper_hex(quoting_enclave_signer()));
    w.key("isvprodid").number(1);
    w.key("tcbLevels").begin_array();
    TcbLevel newest;
    newest.status = recipe.qe_status;
    write_qe_level(w, recipe, recipe.qe_level_svn, newest);
    TcbLevel older;
    older.status = "OutOfDate";
    older.advisory = "CLOISTER-SA-00002";
    write_qe_level(w, recipe, 1, older);
    w.end_array().end_object();
    return std::move(w).take();
}

}  // namespace cloister::platform
