#include <gtest/gtest.h>

#include "codec/json/reader.hpp"
#include "codec/json/writer.hpp"

namespace cloister::json {
namespace {

std::string outcome(std::string_view text, Limits limits = {}) {
    Reader reader(text, limits);
    reader.skip();
    const auto done = reader.finish();
    return done ? "ok" : std::string(name_of(done.error().error));
}

TEST(JsonReader, AcceptsEveryFormOfRfc8259) {
    for (const char* text :
         {"0", "-0", "12.5e-3", "1E+2", "true", "false", "null", "\"\"", "[]", "{}", " [ 1 , 2 ] ",
          "\t{\"a\":[{}],\n\"b\":null}\r\n", R"("\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00")",
          "\"\xc3\xa9\xf0\x9f\x98\x80\"", "[[[[]]]]", R"({"":1})", "\"\x7f\""}) {
        EXPECT_EQ(outcome(text), "ok") << text;
    }
}

TEST(JsonReader, RefusesEverythingElseForTheRightReason) {
    struct Row {
        std::string_view text, error;
    };
    for (const Row& row :
         std::initializer_list<Row>{{"", "UnexpectedEnd"},
                                    {"[1", "UnexpectedEnd"},
                                    {"{\"a\":", "UnexpectedEnd"},
                                    {"\"a", "UnexpectedEnd"},
                                    {"tru", "UnexpectedEnd"},
                                    {"trux", "UnexpectedCharacter"},
                                    {"[1,]", "UnexpectedCharacter"},
                                    {"{\"a\":1,}", "UnexpectedCharacter"},
                                    {"{a:1}", "UnexpectedCharacter"},
                                    {"[1 2]", "UnexpectedCharacter"},
                                    {"{\"a\" 1}", "UnexpectedCharacter"},
                                    {"'a'", "UnexpectedCharacter"},
                                    {"// x\n1", "UnexpectedCharacter"},
                                    {"NaN", "UnexpectedCharacter"},
                                    {"+1", "UnexpectedCharacter"},
                                    {".5", "UnexpectedCharacter"},
                                    {"[,1]", "UnexpectedCharacter"},
                                    {"\xef\xbb\xbf"
                                     "1",
                                     "UnexpectedCharacter"},
                                    {"01", "InvalidNumber"},
                                    {"-", "InvalidNumber"},
                                    {"1.", "InvalidNumber"},
                                    {"1e", "InvalidNumber"},
                                    {"1e+", "InvalidNumber"},
                                    {"-a", "InvalidNumber"},
                                    {"\"\\x\"", "InvalidEscape"},
                                    {"\"\\u12g4\"", "InvalidEscape"},
                                    {"\"\\ud800\"", "InvalidEscape"},
                                    {"\"\\ude00\"", "InvalidEscape"},
                                    {"\"\\ud800\\u0041\"", "InvalidEscape"},
                                    {"\"\n\"", "ControlCharacter"},
                                    {"\"\xc3\"", "InvalidUtf8"},
                                    {"\"\xc0\x80\"", "InvalidUtf8"},
                                    {"\"\xed\xa0\x80\"", "InvalidUtf8"},
                                    {"\"\xf5\x80\x80\x80\"", "InvalidUtf8"},
                                    {R"({"a":1,"a":2})", "DuplicateKey"},
                                    {R"({"a":1,"\u0061":2})", "DuplicateKey"},
                                    {R"([{"b":{"a":1,"a":2}}])", "DuplicateKey"},
                                    {"1 2", "TrailingBytes"},
                                    {"{}]", "TrailingBytes"},
                                    {std::string_view("1\0", 2), "TrailingBytes"}}) {
        EXPECT_EQ(outcome(row.text), row.error) << row.text;
    }
}

TEST(JsonReader, KeepsItsLimits) {
    const Limits limits = {.depth_max = 3, .bytes_max = 40, .members_max = 2};
    EXPECT_EQ(outcome("[[[]]]", limits), "ok");
    EXPECT_EQ(outcome("[[[[]]]]", limits), "TooDeep");
    EXPECT_EQ(outcome(R"({"a":1,"b":2})", limits), "ok");
    EXPECT_EQ(outcome(R"({"a":1,"b":2,"c":3})", limits), "TooLarge");
    EXPECT_EQ(outcome(std::string(41, ' '), limits), "TooLarge");
    EXPECT_EQ(outcome(std::string(100'000, '[')), "TooDeep");
}

TEST(JsonReader, RefusesEveryPrefixOfAnObject) {
    const std::string_view text = R"({"a":[1,true,null,"\u00e9"],"b":{"c":-1.5e3}})";
    EXPECT_EQ(outcome(text), "ok");
    for (std::size_t n = 0; n < text.size(); ++n) EXPECT_NE(outcome(text.substr(0, n)), "ok") << n;
}

TEST(JsonReader, ReturnsTheExactBytesOfAValue) {
    Reader reader(std::string_view(R"( {"x" :  { "b":[1 , 2],"a":"\n" } ,"y":-1.50 } )"));
    std::string_view x;
    std::string_view y;
    ASSERT_TRUE(reader.enter_object());
    while (const auto key = reader.next_member()) (*key == "x" ? x : y) = reader.raw_value();
    EXPECT_TRUE(reader.finish().has_value());
    EXPECT_EQ(x, R"({ "b":[1 , 2],"a":"\n" })");
    EXPECT_EQ(y, "-1.50");
}

TEST(JsonReader, SkipsWhatTheCallerDoesNotRead) {
    Reader reader(std::string_view(R"([{"a":[1,{"z":2}],"b":7},3])"));
    std::uint64_t b = 0;
    ASSERT_TRUE(reader.enter_array());
    ASSERT_TRUE(reader.next_element());
    ASSERT_TRUE(reader.enter_object());
    while (const auto key = reader.next_member()) {
        if (*key == "b") b = reader.unsigned_integer(10);
    }
    ASSERT_TRUE(reader.next_element());
    EXPECT_FALSE(reader.next_element());
    EXPECT_TRUE(reader.finish().has_value());
    EXPECT_EQ(b, 7U);
}

TEST(JsonReader, DecodesStrings) {
    Reader reader(std::string_view(R"("a\u0000\u00e9\ud83d\ude00\/")"));
    EXPECT_EQ(reader.string(), std::string("a\0\xc3\xa9\xf0\x9f\x98\x80/", 9));
    EXPECT_TRUE(reader.finish().has_value());
}

std::string integer_outcome(std::string_view text, std::uint64_t max) {
    Reader reader(text);
    const std::uint64_t value = reader.unsigned_integer(max);
    const auto done = reader.finish();
    return done ? std::to_string(value) : std::string(name_of(done.error().error));
}

TEST(JsonReader, ReadsIntegersUpToTheFieldsMaximum) {
    EXPECT_EQ(integer_outcome("0", 0), "0");
    EXPECT_EQ(integer_outcome("1", 0), "NumberOutOfRange");
    EXPECT_EQ(integer_outcome("255", 255), "255");
    EXPECT_EQ(integer_outcome("256", 255), "NumberOutOfRange");
    EXPECT_EQ(integer_outcome("18446744073709551615", ~0ULL), "18446744073709551615");
    EXPECT_EQ(integer_outcome("18446744073709551616", ~0ULL), "NumberOutOfRange");
    EXPECT_EQ(integer_outcome("9", 5), "NumberOutOfRange");
    EXPECT_EQ(integer_outcome("-1", 5), "NumberOutOfRange");
    EXPECT_EQ(integer_outcome("1.0", 5), "NumberOutOfRange");
    EXPECT_EQ(integer_outcome("\"1\"", 5), "WrongType");
}

TEST(JsonReader, ReadsSignedIntegers) {
    const auto read = [](std::string_view text) {
        Reader reader(text);
        const std::int64_t value = reader.signed_integer();
        return reader.finish() ? std::to_string(value) : "refused";
    };
    EXPECT_EQ(read("-9223372036854775808"), "-9223372036854775808");
    EXPECT_EQ(read("9223372036854775807"), "9223372036854775807");
    EXPECT_EQ(read("9223372036854775808"), "refused");
    EXPECT_EQ(read("-9223372036854775809"), "refused");
}

TEST(JsonReader, KeepsTheFirstFailureAndItsOffset) {
    Reader reader(std::string_view("[1,\"x\",3]"));
    ASSERT_TRUE(reader.enter_array());
    ASSERT_TRUE(reader.next_element());
    EXPECT_EQ(reader.unsigned_integer(9), 1U);
    ASSERT_TRUE(reader.next_element());
    EXPECT_EQ(reader.unsigned_integer(9), 0U);
    EXPECT_FALSE(reader.next_element());
    EXPECT_EQ(reader.finish().error(), (Failure{Error::WrongType, 3}));
}

TEST(JsonWriter, WritesWhatTheReaderReads) {
    Writer w;
    w.begin_object();
    w.key("a").begin_array().number(1).signed_number(-5).boolean(true).null().end_array();
    w.key("b\"\n").string("\x01\xc3\xa9\xff");
    w.key("c").begin_object().end_object();
    w.key("d").hex(Bytes{0xde, 0xad}).key("e").decimal(~u128{0}).key("f").raw("[1]");
    w.end_object();
    EXPECT_EQ(w.text(),
              "{\"a\":[1,-5,true,null],\"b\\\"\\n\":\"\\u0001\xc3\xa9\xef\xbf\xbd\","
              "\"c\":{},\"d\":\"0xdead\","
              "\"e\":\"340282366920938463463374607431768211455\",\"f\":[1]}");
    EXPECT_EQ(outcome(w.text()), "ok");
}

TEST(JsonWriter, RoundTripsEveryByteOfAscii) {
    std::string all;
    for (char c = 0; c < 127; ++c) all.push_back(c);
    const std::string quoted = quote(all);
    Reader reader{std::string_view(quoted)};
    EXPECT_EQ(reader.string(), all);
    EXPECT_TRUE(reader.finish().has_value());
}

}  // namespace
}  // namespace cloister::json
