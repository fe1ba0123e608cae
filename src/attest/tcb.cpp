#include "attest/tcb.hpp"

#include "base/hex.hpp"
#include "codec/der/time.hpp"
#include "codec/json/reader.hpp"

namespace cloister::attest {
namespace {

constexpr json::Limits limits = {
    .depth_max = 8, .bytes_max = Collateral::part_bytes_max, .members_max = 64};

// Members that must be there, counted by bits; json::Reader refuses repeated ones.
class Members {
  public:
    void saw(unsigned member) { seen_ |= 1U << member; }
    void require(json::Reader& reader, unsigned count) const {
        if (seen_ != (1U << count) - 1) reader.fail(json::Error::MissingMember);
    }

  private:
    std::uint32_t seen_ = 0;
};

Bytes read_hex(json::Reader& reader, std::size_t size) {
    const std::size_t at = reader.offset();
    const std::string text = reader.string();
    auto bytes = base::from_hex(text);
    if (bytes && text.size() == 2 * size && bytes->size() == size) return std::move(*bytes);
    reader.fail(json::Error::InvalidValue, at);
    return Bytes(size);
}

std::uint64_t read_time(json::Reader& reader) {
    const std::size_t at = reader.offset();
    const auto time = der::parse_rfc3339(reader.string());
    if (!time) reader.fail(json::Error::InvalidValue, at);
    return time.value_or(0);
}

std::uint16_t read_u16(json::Reader& reader) {
    return static_cast<std::uint16_t>(reader.unsigned_integer(0xffff));
}
std::uint32_t read_u32(json::Reader& reader) {
    return static_cast<std::uint32_t>(reader.unsigned_integer(0xffffffff));
}

// A member that must have this value.
void expect(json::Reader& reader, std::string_view value) {
    const std::size_t at = reader.offset();
    if (reader.string() != value) reader.fail(json::Error::InvalidValue, at);
}

// Members common to the levels of both documents; true when `key` was one of them.
bool read_level_member(json::Reader& reader, const std::string& key, LevelStatus& level,
                       Members& members) {
    if (key == "tcbDate") {
        const std::size_t at = reader.offset();
        level.date = reader.string();
        if (!der::parse_rfc3339(level.date)) reader.fail(json::Error::InvalidValue, at);
        members.saw(1);
    } else if (key == "tcbStatus") {
        const std::size_t at = reader.offset();
        const auto status = parse_tcb_status(reader.string());
        if (!status) reader.fail(json::Error::InvalidValue, at);
        level.status = status.value_or(TcbStatus::Revoked);
        members.saw(2);
    } else if (key == "advisoryIDs") {
        if (reader.enter_array()) {
            while (reader.next_element()) level.advisory_ids.push_back(reader.string());
        }
    } else {
        return false;
    }
    return true;
}

// Version 3: "sgxtcbcomponents", sixteen objects with an "svn" each.
void read_components(json::Reader& reader, TcbLevel& level) {
    std::size_t count = 0;
    if (!reader.enter_array()) return;
    while (reader.next_element()) {
        if (count == level.component_svns.size()) return reader.fail(json::Error::InvalidValue);
        Members members;
        if (!reader.enter_object()) return;
        while (const auto key = reader.next_member()) {
            if (*key != "svn") continue;
            level.component_svns[count] = static_cast<std::uint8_t>(reader.unsigned_integer(255));
            members.saw(0);
        }
        members.require(reader, 1);
        ++count;
    }
    if (count != level.component_svns.size()) reader.fail(json::Error::MissingMember);
}

// Version 2: "sgxtcbcomp01svn" to "sgxtcbcomp16svn". The component's number from 0, or nothing.
std::optional<unsigned> component_of(const std::string& key) {
    if (key.size() != 15 || !key.starts_with("sgxtcbcomp") || !key.ends_with("svn")) {
        return std::nullopt;
    }
    const auto tens = static_cast<unsigned>(key[10] - '0');
    const auto ones = static_cast<unsigned>(key[11] - '0');
    if (tens > 1 || ones > 9) return std::nullopt;
    const unsigned number = tens * 10 + ones;
    return number >= 1 && number <= 16 ? std::optional(number - 1) : std::nullopt;
}

void read_tcb(json::Reader& reader, std::uint64_t version, TcbLevel& level) {
    std::uint32_t seen = 0;
    constexpr std::uint32_t all_components = 0xffff;
    constexpr std::uint32_t pce_svn = 0x10000;
    if (!reader.enter_object()) return;
    while (const auto key = reader.next_member()) {
        if (*key == "pcesvn") {
            level.pce_svn = read_u16(reader);
            seen |= pce_svn;
        } else if (version == 3 && *key == "sgxtcbcomponents") {
            read_components(reader, level);
            seen |= all_components;
        } else if (const auto i = component_of(*key); version == 2 && i) {
            level.component_svns[*i] = static_cast<std::uint8_t>(reader.unsigned_integer(255));
            seen |= 1U << *i;
        }
    }
    if (seen != (all_components | pce_svn)) reader.fail(json::Error::MissingMember);
}

void read_tcb_levels(json::Reader& reader, TcbInfo& info) {
    if (!reader.enter_array()) return;
    while (reader.next_element()) {
        if (info.levels.size() == tcb_levels_max) return reader.fail(json::Error::TooLarge);
        TcbLevel level;
        Members members;
        if (!reader.enter_object()) return;
        while (const auto key = reader.next_member()) {
            if (*key == "tcb") {
                read_tcb(reader, info.version, level);
                members.saw(0);
            } else {
                read_level_member(reader, *key, level, members);
            }
        }
        members.require(reader, 3);
        info.levels.push_back(std::move(level));
    }
    if (info.levels.empty()) reader.fail(json::Error::MissingMember);
}

void read_qe_levels(json::Reader& reader, QeIdentity& identity) {
    if (!reader.enter_array()) return;
    while (reader.next_element()) {
        if (identity.levels.size() == tcb_levels_max) return reader.fail(json::Error::TooLarge);
        QeLevel level;
        Members members;
        if (!reader.enter_object()) return;
        while (const auto key = reader.next_member()) {
            if (*key == "tcb") {
                Members tcb;
                if (!reader.enter_object()) return;
                while (const auto inner = reader.next_member()) {
                    if (*inner != "isvsvn") continue;
                    level.svn = read_u16(reader);
                    tcb.saw(0);
                }
                tcb.require(reader, 1);
                members.saw(0);
            } else {
                read_level_member(reader, *key, level, members);
            }
        }
        // Intel knows these three for enclaves; how another one would lower the platform is
        // unknown.
        const bool known = level.status == TcbStatus::UpToDate ||
                           level.status == TcbStatus::OutOfDate ||
                           level.status == TcbStatus::Revoked;
        if (!known) reader.fail(json::Error::InvalidValue);
        members.require(reader, 3);
        identity.levels.push_back(std::move(level));
    }
    if (identity.levels.empty()) reader.fail(json::Error::MissingMember);
}

// The version decides how the rest reads, wherever in the document it stands.
std::uint64_t find_version(ByteView document) {
    json::Reader reader(document, limits);
    std::uint64_t version = 0;
    if (!reader.enter_object()) return 0;
    while (const auto key = reader.next_member()) {
        if (*key == "version") version = reader.unsigned_integer(255);
    }
    return reader.finish() ? version : 0;
}

Fault fault_of(const json::Failure& f) {
    return Fault(Code::MalformedCollateral, f.offset, std::string(json::name_of(f.error)));
}

bool equal_masked(ByteView value, ByteView mask, ByteView expected) {
    for (std::size_t i = 0; i < value.size(); ++i) {
        if ((value[i] & mask[i]) != expected[i]) return false;
    }
    return true;
}

}  // namespace

Parsed<TcbInfo> parse_tcb_info(ByteView document) {
    TcbInfo info;
    info.version = find_version(document);
    json::Reader reader(document, limits);
    Members members;
    if (reader.enter_object()) {
        while (const auto key = reader.next_member()) {
            if (*key == "version") {
                if (info.version != 2 && info.version != 3) {
                    reader.fail(json::Error::InvalidValue);
                }
                members.saw(0);
            } else if (*key == "id") {
                expect(reader, "SGX");
                members.saw(8);
            } else if (*key == "issueDate") {
                info.issue_date = read_time(reader);
                members.saw(1);
            } else if (*key == "nextUpdate") {
                info.next_update = read_time(reader);
                members.saw(2);
            } else if (*key == "fmspc") {
                info.fmspc = read_hex(reader, 6);
                members.saw(3);
            } else if (*key == "pceId") {
                info.pce_id = read_hex(reader, 2);
                members.saw(4);
            } else if (*key == "tcbType") {
                // Type 0: the certificate's SVNs compare component by component; no other type
                // exists.
                reader.unsigned_integer(0);
                members.saw(5);
            } else if (*key == "tcbEvaluationDataNumber") {
                info.evaluation_number = read_u32(reader);
                members.saw(6);
            } else if (*key == "tcbLevels") {
                read_tcb_levels(reader, info);
                members.saw(7);
            }
        }
    }
    if (info.version == 2) members.saw(8);  // version 2 has no id: it is SGX's alone
    members.require(reader, 9);
    auto done = reader.finish();
    if (!done) return err(fault_of(done.error()));
    return info;
}

Parsed<QeIdentity> parse_qe_identity(ByteView document) {
    QeIdentity identity;
    json::Reader reader(document, limits);
    Members members;
    if (reader.enter_object()) {
        while (const auto key = reader.next_member()) {
            if (*key == "id") {
                expect(reader, "QE");
                members.saw(0);
            } else if (*key == "version") {
                const std::size_t at = reader.offset();
                if (reader.unsigned_integer(255) != 2) reader.fail(json::Error::InvalidValue, at);
                members.saw(1);
            } else if (*key == "issueDate") {
                identity.issue_date = read_time(reader);
                members.saw(2);
            } else if (*key == "nextUpdate") {
                identity.next_update = read_time(reader);
                members.saw(3);
            } else if (*key == "tcbEvaluationDataNumber") {
                identity.evaluation_number = read_u32(reader);
                members.saw(4);
            } else if (*key == "miscselect") {
                identity.misc_select = read_hex(reader, 4);
                members.saw(5);
            } else if (*key == "miscselectMask") {
                identity.misc_select_mask = read_hex(reader, 4);
                members.saw(6);
            } else if (*key == "attributes") {
                identity.attributes = read_hex(reader, 16);
                members.saw(7);
            } else if (*key == "attributesMask") {
                identity.attributes_mask = read_hex(reader, 16);
                members.saw(8);
            } else if (*key == "mrsigner") {
                identity.mr_signer = read_hex(reader, 32);
                members.saw(9);
            } else if (*key == "isvprodid") {
                identity.product_id = read_u16(reader);
                members.saw(10);
            } else if (*key == "tcbLevels") {
                read_qe_levels(reader, identity);
                members.saw(11);
            }
        }
    }
    members.require(reader, 12);
    auto done = reader.finish();
    if (!done) return err(fault_of(done.error()));
    return identity;
}

const TcbLevel* TcbInfo::find_level(const PckExtension& pck) const {
    for (const TcbLevel& level : levels) {
        bool reached = pck.pce_svn >= level.pce_svn;
        for (std::size_t i = 0; i < level.component_svns.size(); ++i) {
            reached = reached && pck.component_svns[i] >= level.component_svns[i];
        }
        if (reached) return &level;
    }
    return nullptr;
}

bool QeIdentity::matches(const ReportBody& report) const {
    return equal_masked(report.misc_select(), misc_select_mask, misc_select) &&
           equal_masked(report.attributes(), attributes_mask, attributes) &&
           equal(report.mr_signer(), mr_signer) && report.product_id() == product_id;
}

const QeLevel* QeIdentity::find_level(std::uint16_t svn) const {
    for (const QeLevel& level : levels) {
        if (level.svn <= svn) return &level;
    }
    return nullptr;
}

TcbStatus converge(TcbStatus platform, TcbStatus qe) {
    if (platform == TcbStatus::Revoked || qe == TcbStatus::Revoked) return TcbStatus::Revoked;
    if (qe != TcbStatus::OutOfDate) return platform;
    switch (platform) {
        case TcbStatus::UpToDate:
        case TcbStatus::SWHardeningNeeded: return TcbStatus::OutOfDate;
        case TcbStatus::ConfigurationNeeded:
        case TcbStatus::ConfigurationAndSWHardeningNeeded:
            return TcbStatus::OutOfDateConfigurationNeeded;
        default: return platform;
    }
}

}  // namespace cloister::attest
