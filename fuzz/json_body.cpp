// The JSON reader: two ways through one text must agree.
#include "bodies.hpp"
#include "codec/json/reader.hpp"
#include "codec/json/writer.hpp"

namespace cloister::fuzz {
namespace {

using json::Kind;
using json::Reader;

constexpr json::Limits limits{.depth_max = 8, .bytes_max = 65536, .members_max = 64};

// Reads whatever comes, by the reader of its kind, and writes it again.
void copy(Reader& reader, json::Writer& writer) {
    switch (reader.peek()) {
        case Kind::Object:
            writer.begin_object();
            if (reader.enter_object()) {
                while (const auto key = reader.next_member()) {
                    writer.key(*key);
                    copy(reader, writer);
                }
            }
            writer.end_object();
            return;
        case Kind::Array:
            writer.begin_array();
            if (reader.enter_array()) {
                while (reader.next_element()) copy(reader, writer);
            }
            writer.end_array();
            return;
        case Kind::String: writer.string(reader.string()); return;
        case Kind::Number: writer.raw(reader.number_text()); return;
        case Kind::Boolean: writer.boolean(reader.boolean()); return;
        case Kind::Null:
            reader.null();
            writer.null();
            return;
        case Kind::Invalid:
            reader.skip();
            writer.null();
            return;
    }
}

// The text once it has been read and written; nothing if it is refused.
std::optional<std::string> normal(std::string_view text) {
    Reader reader(text, limits);
    json::Writer writer;
    copy(reader, writer);
    const auto done = reader.finish();
    if (!done) {
        FUZZ_CHECK(done.error().offset <= text.size());
        return std::nullopt;
    }
    return std::move(writer).take();
}

}  // namespace

int json_body(ByteView input) {
    const std::string_view text = text_of(input);
    const auto once = normal(text);
    Reader skipping(text, limits);
    const std::string_view raw = skipping.raw_value();
    const bool skipped = skipping.finish().has_value();
    FUZZ_CHECK(skipped == once.has_value());
    for (const std::uint64_t max : {std::uint64_t{0}, std::uint64_t{77}, ~std::uint64_t{0}}) {
        Reader number(text, limits);
        const std::uint64_t value = number.unsigned_integer(max);
        FUZZ_CHECK(!number.finish() || value <= max);
    }
    Reader number(text, limits);
    static_cast<void>(number.signed_integer());
    if (!once) return 0;
    FUZZ_CHECK(normal(raw) == once);
    FUZZ_CHECK(normal(*once) == once);
    return 1;
}

std::vector<Bytes> json_seeds() {
    std::vector<Bytes> seeds;
    for (const std::string_view text :
         {R"({"a":1,"b":[true,false,null],"c":{"d":"e"}})", R"([1,-2,3.5,1e9,-0.25E-3,0])",
          R"("\u00e9\n\t\"\\\/\ud83d\ude00 grün")", "18446744073709551615", "-9223372036854775808",
          R"([[[[[[[[]]]]]]]])", R"([[[[[[[[[]]]]]]]]])", R"({"":{"":{"":{"":""}}}})",
          " [ 1 , 2 ] ", R"({"a":1,"a":2})", "77", "null"}) {
        seeds.push_back(to_bytes(text));
    }
    return seeds;
}

}  // namespace cloister::fuzz
