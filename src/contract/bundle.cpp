#include "contract/bundle.hpp"

#include "base/hex.hpp"
#include "codec/scale/scale.hpp"
#include "crypto/hash.hpp"

namespace cloister::contract {

namespace {

constexpr std::string_view mark = "cloister.spec:1\n";

std::string plain(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        const bool fine = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                          (c >= 'A' && c <= 'Z') || c == '-' || c == '.';
        if (!fine) c = '_';
    }
    return out;
}

}  // namespace

std::optional<std::string_view> find_spec(ByteView wasm) {
    const std::string_view all = text_of(wasm);
    const std::size_t at = all.find(mark);
    if (at == std::string_view::npos) return std::nullopt;
    scale::Decoder decoder(wasm.subspan(at + mark.size()));
    const ByteView text = decoder.raw(decoder.read<std::uint32_t>());
    if (decoder.failed() || text.empty()) return std::nullopt;
    return text_of(text);
}

std::optional<std::string> make_bundle(const BundleLabel& label, ByteView wasm) {
    const std::optional<std::string_view> spec = find_spec(wasm);
    if (!spec) return std::nullopt;
    const Hash256 hash = crypto::blake2b_256(wasm);
    std::string out = "{\"source\":{\"hash\":\"" + base::to_hex_0x(hash.view());
    out += "\",\"language\":\"C++ 23\",\"compiler\":\"clang 19\",\"wasm\":\"";
    out += base::to_hex_0x(wasm) + "\"},\"contract\":{\"name\":\"" + plain(label.name);
    out += "\",\"version\":\"" + plain(label.version) + "\",\"authors\":[\"cloister\"]},\"spec\":";
    out += *spec;
    out += ",\"storage\":{},\"types\":[],\"version\":5}\n";
    return out;
}

}  // namespace cloister::contract
