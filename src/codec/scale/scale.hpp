// SCALE, Substrate's codec (docs.polkadot.com, "SCALE encoding"): little-endian integers, compact
// lengths, no self-description.
//
// A struct takes part by naming its fields once, for both directions:
//
//     struct Receipt {
//         TaskId task;
//         Bytes output;
//         static constexpr auto scale_fields(auto& s) {
//             return scale::fields(s.task, scale::bounded<1024>(s.output));
//         }
//     };
//
// and an `enum class E : std::uint8_t` by `constexpr E scale_last(E) { return E::Last; }` found by
// ADL. Decoding never allocates more than a small multiple of its input; `bounded<N>` refuses
// earlier.
#pragma once

#include "codec/scale/decoder.hpp"
#include "codec/scale/encoder.hpp"

namespace cloister::scale {

// The encodings of all arguments, one after another.
template <class... Ts>
Bytes encode(const Ts&... values) {
    Encoder encoder;
    (encoder.write(values), ...);
    return std::move(encoder).take();
}

// Exactly one T and nothing after it.
template <class T>
Result<T, Failure> decode(ByteView input) {
    Decoder decoder(input);
    T value{};
    decoder.read_into(value);
    if (!decoder.failed() && decoder.remaining() != 0) decoder.fail(Error::TrailingBytes);
    if (decoder.failed()) return err(*decoder.failure());
    return value;
}

}  // namespace cloister::scale
