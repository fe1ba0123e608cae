#include <gtest/gtest.h>

#include "attest/pem.hpp"

namespace cloister::attest {
namespace {

std::string outcome(std::string_view text) {
    const auto blocks = parse_pem(view_of(text), 2);
    if (!blocks) return std::string(name_of(blocks.error().code));
    std::string out;
    for (const PemBlock& block : *blocks) out += std::string(text_of(block.der)) + ";";
    return out;
}

TEST(Pem, ReadsBlocksOneAfterAnother) {
    const std::string begin = "-----BEGIN CERTIFICATE-----\n";
    const std::string end = "\n-----END CERTIFICATE-----\n";
    EXPECT_EQ(outcome(begin + "YQ==" + end), "a;");
    EXPECT_EQ(outcome(begin + "YW\r\nI=" + end + "\r\n" + begin + "YWJj" + end), "ab;abc;");
    EXPECT_EQ(outcome(begin + "YQ==" + end + std::string(3, '\0')), "a;");
    EXPECT_EQ(outcome(""), "");
}

TEST(Pem, RefusesEverythingBetweenAndAroundBlocks) {
    const std::string begin = "-----BEGIN CERTIFICATE-----\n";
    const std::string end = "\n-----END CERTIFICATE-----\n";
    const std::string good = begin + "YQ==" + end;
    EXPECT_EQ(outcome("x" + good), "MalformedCertificate");
    EXPECT_EQ(outcome(good + " "), "MalformedCertificate");
    EXPECT_EQ(outcome(good + std::string(1, '\0') + good), "MalformedCertificate");
    EXPECT_EQ(outcome(begin + "YQ=="), "MalformedCertificate");
    EXPECT_EQ(outcome(good + good + good), "WrongChain");
}

TEST(Base64, RefusesFormsThatAreNotCanonical) {
    EXPECT_TRUE(decode_base64("").has_value());
    EXPECT_TRUE(decode_base64("+/+/").has_value());
    for (const char* bad : {"Y", "YQ", "YQ=", "YQ===", "YR==", "YWJ=", "YW=I",
                            "=YQ=", "YQ==YQ==", "YQ =", "Y-==", "====", "YWJjZ"}) {
        EXPECT_FALSE(decode_base64(bad).has_value()) << bad;
    }
}

}  // namespace
}  // namespace cloister::attest
