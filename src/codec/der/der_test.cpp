#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "codec/der/reader.hpp"
#include "codec/der/time.hpp"
#include "codec/der/writer.hpp"

namespace cloister::der {
namespace {

Bytes hex(std::string_view text) { return base::from_hex(text).value(); }

template <class Read>
std::string outcome(std::string_view text, Read&& read) {
    const Bytes input = hex(text);
    Reader reader(input);
    const auto value = read(reader);
    return value.has_value() ? "ok" : std::string(name_of(value.error().error));
}

TEST(DerReader, RefusesElementsThatAreNotDer) {
    const auto any = [](Reader& r) { return r.any(); };
    EXPECT_EQ(outcome("0400", any), "ok");
    EXPECT_EQ(outcome("04820100" + std::string(512, '0'), any), "ok");
    EXPECT_EQ(outcome("04", any), "UnexpectedEnd");
    EXPECT_EQ(outcome("0401", any), "UnexpectedEnd");
    EXPECT_EQ(outcome("048180", any), "UnexpectedEnd");
    EXPECT_EQ(outcome("0482ff", any), "UnexpectedEnd");
    EXPECT_EQ(outcome("0480010000", any), "IndefiniteLength");
    EXPECT_EQ(outcome("04810101", any), "NonMinimalLength");
    EXPECT_EQ(outcome("0482007f" + std::string(254, '0'), any), "NonMinimalLength");
    EXPECT_EQ(outcome("04820080" + std::string(256, '0'), any), "NonMinimalLength");
    EXPECT_EQ(outcome("0485010000000000", any), "LengthTooLong");
    EXPECT_EQ(outcome("1f0100", any), "UnsupportedTag");
    EXPECT_EQ(outcome("04840fffffff00", any), "UnexpectedEnd");
}

TEST(DerReader, AcceptsOnlyMinimalNonNegativeIntegersInRange) {
    const auto small = [](Reader& r) { return r.small_integer(255); };
    EXPECT_EQ(outcome("020100", small), "ok");
    EXPECT_EQ(outcome("020200ff", small), "ok");
    EXPECT_EQ(outcome("02020100", small), "IntegerOutOfRange");
    EXPECT_EQ(outcome("0201ff", small), "IntegerOutOfRange");
    EXPECT_EQ(outcome("0200", small), "InvalidInteger");
    EXPECT_EQ(outcome("0202007f", small), "InvalidInteger");
    EXPECT_EQ(outcome("0202ff80", small), "InvalidInteger");
    EXPECT_EQ(outcome("020a00ffffffffffffffffff", small), "IntegerOutOfRange");
    EXPECT_EQ(outcome("0209010000000000000000", small), "IntegerOutOfRange");
    EXPECT_EQ(outcome("0a0101", small), "UnexpectedTag");
    const auto top = [](Reader& r) { return r.small_integer(~0ULL); };
    EXPECT_EQ(outcome("020900ffffffffffffffff", top), "ok");
}

TEST(DerReader, ChecksEveryPrimitiveType) {
    const auto boolean = [](Reader& r) { return r.boolean(); };
    EXPECT_EQ(outcome("0101ff", boolean), "ok");
    EXPECT_EQ(outcome("010101", boolean), "InvalidBoolean");
    EXPECT_EQ(outcome("0100", boolean), "InvalidBoolean");
    const auto null = [](Reader& r) { return r.null(); };
    EXPECT_EQ(outcome("0500", null), "ok");
    EXPECT_EQ(outcome("050100", null), "InvalidNull");
    const auto bits = [](Reader& r) { return r.bit_string(); };
    EXPECT_EQ(outcome("030206c0", bits), "ok");
    EXPECT_EQ(outcome("030206c1", bits), "InvalidBitString");
    EXPECT_EQ(outcome("030208c0", bits), "InvalidBitString");
    EXPECT_EQ(outcome("030101", bits), "InvalidBitString");
    EXPECT_EQ(outcome("0300", bits), "InvalidBitString");
    const auto oid = [](Reader& r) { return r.oid(); };
    EXPECT_EQ(outcome("06032a8648", oid), "ok");
    EXPECT_EQ(outcome("0600", oid), "InvalidOid");
    EXPECT_EQ(outcome("06022a86", oid), "InvalidOid");
    EXPECT_EQ(outcome("06032a8001", oid), "InvalidOid");
}

TEST(DerReader, ChecksAlphabets) {
    const auto text = [](Reader& r) { return r.text(); };
    EXPECT_EQ(outcome("0c02c3a9", text), "ok");
    EXPECT_EQ(outcome("0c02c3c3", text), "InvalidText");
    EXPECT_EQ(outcome("0c02c0af", text), "InvalidText");
    EXPECT_EQ(outcome("0c03eda080", text), "InvalidText");
    EXPECT_EQ(outcome("0c01c3", text), "InvalidText");
    EXPECT_EQ(outcome("13025553", text), "ok");
    EXPECT_EQ(outcome("130140", text), "InvalidText");
    EXPECT_EQ(outcome("160140", text), "ok");
    EXPECT_EQ(outcome("160180", text), "InvalidText");
    EXPECT_EQ(outcome("040140", text), "UnexpectedTag");
}

TEST(DerReader, CountsOffsetsFromTheOutermostByte) {
    const Bytes input = hex("3007a0050201010405");
    Reader outer(input);
    Reader sequence = outer.sequence().get();
    Reader context = sequence.enter(tag::context_constructed(0)).get();
    EXPECT_EQ(context.offset(), 4U);
    EXPECT_EQ(context.small_integer(9).get(), 1U);
    EXPECT_EQ(context.any().error(), (Failure{Error::UnexpectedEnd, 7}));
    EXPECT_EQ(context.finish().error(), (Failure{Error::TrailingBytes, 7}));
    EXPECT_TRUE(sequence.finish().has_value());
}

TEST(DerTime, ReadsTheThreeFormsAndNothingElse) {
    EXPECT_EQ(parse_utc_time("700101000000Z"), 0U);
    EXPECT_EQ(parse_utc_time("491231235959Z"), 2524607999U);
    EXPECT_EQ(parse_generalized_time("20491231235959Z"), 2524607999U);
    EXPECT_EQ(parse_rfc3339("2024-06-13T04:26:31Z"), 1718252791U);
    for (const char* bad :
         {"", "2024-06-13T04:26:31", "2024-06-13T04:26:31+00:00", "2024-06-13 04:26:31Z",
          "2024-13-01T00:00:00Z", "2024-06-31T00:00:00Z", "2023-02-29T00:00:00Z",
          "2024-06-13T24:00:00Z", "2024-06-13T04:60:31Z", "2024-06-13T04:26:60Z",
          "1969-12-31T23:59:59Z", "2024-06-13T04:26:31ZZ"}) {
        EXPECT_FALSE(parse_rfc3339(bad).has_value()) << bad;
    }
    EXPECT_FALSE(parse_utc_time("500101000000Z").has_value());
    EXPECT_FALSE(parse_utc_time("7001010000Z").has_value());
    EXPECT_FALSE(parse_generalized_time("20240613042631.5Z").has_value());
}

TEST(DerTime, RoundTripsEveryDayUntil2400) {
    for (std::uint64_t day = 0; day < 157'000; ++day) {
        const std::uint64_t time = day * 86400 + day % 86400;
        ASSERT_EQ(parse_rfc3339(rfc3339_of(time)), time);
    }
    EXPECT_EQ(rfc3339_of(253402300799), "9999-12-31T23:59:59Z");
}

TEST(DerWriter, WritesWhatX690PrescribesForEachType) {
    Writer w;
    w.sequence([](Writer& s) {
        s.integer(0);
        s.integer(128);
        s.integer(ByteView(Bytes{0, 0, 0x80, 1}));
        s.oid("1.2.840.113741.1.13.1.2.17");
        s.bit_string(Bytes{0xc0}, 6);
        s.boolean(true);
        s.null();
        s.enumerated(1);
        s.context(3, [](Writer& c) { c.octet_string(Bytes{1, 2}); });
        s.context_primitive(1, Bytes{9});
        s.set([](Writer& set) {
            set.utf8_string("b");
            set.utf8_string("a");
        });
        s.time(2524607999);
        s.time(2524608000);
    });
    EXPECT_EQ(base::to_hex(w.bytes()),
              "305602010002020080020300800106"
              "0b2a864886f84d010d010211"
              "030206c00101ff05000a0101"
              "a30404020102810109"
              "31060c01610c0162"
              "170d3439313233313233353935395a"
              "180f32303530303130313030303030305a");
}

TEST(DerWriter, WritesLongLengthsMinimally) {
    for (const std::size_t size : {0U, 127U, 128U, 255U, 256U, 65535U, 65536U}) {
        Writer w;
        w.octet_string(Bytes(size, 7));
        Reader reader(w.bytes());
        EXPECT_EQ(reader.octet_string().get().size(), size);
        EXPECT_TRUE(reader.at_end());
    }
}

TEST(DerEcdsa, SignaturesRoundTripAndPrefixesAreRefused) {
    Bytes raw(64);
    raw[0] = 0x80;
    raw[63] = 1;
    const Bytes encoded = ecdsa_signature(raw);
    EXPECT_EQ(to_bytes(ByteView(parse_ecdsa_signature(encoded).get())), raw);
    for (std::size_t n = 0; n < encoded.size(); ++n) {
        EXPECT_FALSE(parse_ecdsa_signature(ByteView(encoded).first(n)).has_value()) << n;
    }
    const Bytes too_long = hex("3026022101" + std::string(64, '0') + "020101");
    EXPECT_EQ(parse_ecdsa_signature(too_long).error().error, Error::IntegerOutOfRange);
}

}  // namespace
}  // namespace cloister::der
