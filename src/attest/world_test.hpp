// Test support: one platform with its collateral; a test changes one member and looks at the
// verdict.
#pragma once

#include "attest/forge_test.hpp"

namespace cloister::attest::forge {

struct World {
    // Serial numbers: root 1, PCK CA 2, PCK 3, TCB signing 4.
    std::vector<std::uint64_t> root_revokes, pck_revokes;
    Window root_window, ca_window, pck_window, signer_window;
    Window root_crl_window, pck_crl_window, tcb_window, qe_window;
    std::string pck_name = "Intel SGX PCK Certificate";
    std::string root_name = "Intel SGX Root CA";
    std::string tcb_fmspc = "00112233aabb";
    std::string qe_id = "QE";
    std::string qe_signer = std::string(64, '7');  // MRSIGNER in the QE identity
    std::string tcb_status = "UpToDate", qe_status = "UpToDate";
    std::uint64_t tcb_svn = 5, pce_svn = 9, qe_svn = 4;  // that the levels demand
    std::uint8_t component = 5;                          // what the platform has: 5, 9 and 4
    bool bind_key = true;                                // QE report data binds the attestation key

    // What the QE report holds: the unused half of its data, ISVPRODID, MISCSELECT, ATTRIBUTES.
    std::uint8_t qe_tail = 0, qe_product = 1, qe_misc = 0, qe_attributes = 0x15;
    Flaws root_flaws, ca_flaws, pck_flaws;
    std::uint64_t ca_serial = 2;
    std::string pck_issuer = "Intel SGX PCK Platform CA";
    std::string root_crl_issuer = "Intel SGX Root CA";

    std::string ca_name = "Intel SGX PCK Platform CA";
    std::string signer_name = "Intel SGX TCB Signing";
    crypto::P256Key root_key = key_of("root"), ca_key = key_of("ca"), pck_key = key_of("pck");
    crypto::P256Key signer_key = key_of("signer"), attestation_key = key_of("attestation");

    Bytes root() const {
        return certificate(
            {root_name, root_name, root_key, root_key, 1, true, root_window, {}, root_flaws});
    }
    Bytes ca() const {
        return certificate(
            {ca_name, root_name, ca_key, root_key, ca_serial, true, ca_window, {}, ca_flaws});
    }
    Bytes pck() const {
        return certificate({pck_name, pck_issuer, pck_key, ca_key, 3, false, pck_window,
                            sgx_extension(), pck_flaws});
    }
    Bytes signer() const {
        return certificate({signer_name, root_name, signer_key, root_key, 4, false, signer_window});
    }
    Roots roots() const {
        Roots out;
        out.simulated = crypto::sha256(root());
        return out;
    }

    Bytes sgx_extension() const {
        const std::string base = "1.2.840.113741.1.13.1.";
        der::Writer w;
        const auto item = [](der::Writer& s, const std::string& oid, auto&& body) {
            s.sequence([&](der::Writer& i) {
                i.oid(oid);
                body(i);
            });
        };
        w.sequence([&](der::Writer& s) {
            item(s, base + "1", [](der::Writer& i) { i.octet_string(Bytes(16, 0xbb)); });
            item(s, base + "2", [&](der::Writer& i) {
                i.sequence([&](der::Writer& t) {
                    for (int k = 1; k <= 16; ++k) {
                        item(t, base + "2." + std::to_string(k),
                             [&](der::Writer& c) { c.integer(component); });
                    }
                    item(t, base + "2.17", [](der::Writer& c) { c.integer(9); });
                    item(t, base + "2.18", [](der::Writer& c) { c.octet_string(Bytes(16, 5)); });
                });
            });
            item(s, base + "3", [](der::Writer& i) { i.octet_string(Bytes(2, 0)); });
            item(s, base + "4",
                 [](der::Writer& i) { i.octet_string(Bytes{0x00, 0x11, 0x22, 0x33, 0xaa, 0xbb}); });
            item(s, base + "5", [](der::Writer& i) { i.enumerated(0); });
        });
        return std::move(w).take();
    }

    std::string tcb_info() const {
        json::Writer w;
        w.begin_object().key("id").string("SGX").key("version").number(3);
        w.key("issueDate").string(der::rfc3339_of(tcb_window.from));
        w.key("nextUpdate").string(der::rfc3339_of(tcb_window.until));
        w.key("fmspc").string(tcb_fmspc).key("pceId").string("0000").key("tcbType").number(0);
        w.key("tcbEvaluationDataNumber").number(20).key("tcbLevels").begin_array().begin_object();
        w.key("tcb").begin_object().key("sgxtcbcomponents").begin_array();
        for (int i = 0; i < 16; ++i) w.begin_object().key("svn").number(tcb_svn).end_object();
        w.end_array().key("pcesvn").number(pce_svn).end_object();
        w.key("tcbDate").string("2026-01-01T00:00:00Z").key("tcbStatus").string(tcb_status);
        w.key("advisoryIDs").begin_array().string("INTEL-SA-1").string("INTEL-SA-2").end_array();
        w.end_object().end_array().end_object();
        return std::move(w).take();
    }

    std::string qe_identity() const {
        json::Writer w;
        w.begin_object().key("id").string(qe_id).key("version").number(2);
        w.key("issueDate").string(der::rfc3339_of(qe_window.from));
        w.key("nextUpdate").string(der::rfc3339_of(qe_window.until));
        w.key("tcbEvaluationDataNumber").number(19);
        w.key("miscselect").string("00000000").key("miscselectMask").string("FFFFFFFF");
        w.key("attributes").string("11000000000000000000000000000000");
        w.key("attributesMask").string("FBFFFFFFFFFFFFFF0000000000000000");
        w.key("mrsigner").string(qe_signer).key("isvprodid").number(1);
        w.key("tcbLevels").begin_array().begin_object();
        w.key("tcb").begin_object().key("isvsvn").number(qe_svn).end_object();
        w.key("tcbDate").string("2025-01-01T00:00:00Z").key("tcbStatus").string(qe_status);
        w.key("advisoryIDs").begin_array().string("INTEL-SA-2").string("INTEL-SA-3").end_array();
        w.end_object().end_array().end_object();
        return std::move(w).take();
    }

    Collateral collateral() const {
        const Bytes signers = to_bytes(pem(signer()) + pem(root()));
        const Bytes tcb = to_bytes(tcb_info());
        const Bytes qe = to_bytes(qe_identity());
        Collateral c;
        c.pck_crl_issuer_chain = to_bytes(pem(ca()) + pem(root()));
        c.pck_crl = crl(ca_name, ca_key, pck_crl_window, pck_revokes);
        c.root_ca_crl = crl(root_crl_issuer, root_key, root_crl_window, root_revokes);
        c.tcb_info_issuer_chain = signers;
        c.tcb_info = tcb;
        c.tcb_info_signature = to_bytes(signer_key.sign(tcb).view());
        c.qe_identity_issuer_chain = signers;
        c.qe_identity = qe;
        c.qe_identity_signature = to_bytes(signer_key.sign(qe).view());
        return c;
    }

    static Bytes report(ByteView data, std::uint8_t attributes) {
        Bytes body(384);
        body[48] = attributes;
        std::fill_n(body.begin() + 128, 32, std::uint8_t{0x77});  // MRSIGNER
        body[256] = 1;                                            // ISVPRODID
        body[258] = 4;                                            // ISVSVN
        std::ranges::copy(data, body.begin() + 320);
        return body;
    }

    Bytes quote() const {
        Bytes header = base::from_hex("0300020000000000").value();
        header.resize(12);
        append(header, base::from_hex("939a7233f79c4ca9940a0db3957f0607").value());
        header.resize(48);
        const Bytes signed_part = concat(header, report(Bytes(64, 0x11), 0x05));
        const Hash256 bound = crypto::sha256(attestation_key.public_key().view());
        Bytes qe = report(bind_key ? to_bytes(bound.view()) : Bytes(32, 1), qe_attributes);
        qe[16] = qe_misc;
        qe[256] = qe_product;
        qe[383] = qe_tail;
        const std::string chain = pem(pck()) + pem(ca()) + pem(root());
        const auto little = [](std::size_t v, int size) {
            Bytes out;
            for (int i = 0; i < size; ++i, v >>= 8)
                out.push_back(static_cast<std::uint8_t>(v & 255));
            return out;
        };
        const Bytes data =
            concat(attestation_key.sign(signed_part).view(), attestation_key.public_key().view(),
                   qe, pck_key.sign(qe).view(), little(0, 2), little(5, 2), little(chain.size(), 4),
                   view_of(chain));
        return concat(signed_part, little(data.size(), 4), data);
    }

    Result<Verdict, Error> verdict() const { return verify(quote(), collateral(), now, roots()); }
    // The refusal's name, or the platform's status.
    std::string word() const {
        const auto v = verdict();
        return std::string(v ? name_of(v->platform.status) : name_of(v.error().code));
    }
};

}  // namespace cloister::attest::forge
