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

#include <array>
#include <concepts>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/strong.hpp"
#include "base/types.hpp"

namespace cloister::scale {

enum class Error : std::uint8_t {
    UnexpectedEnd,        // the input stops inside a value
    NonCanonicalCompact,  // a compact integer in a longer form than needed
    CompactTooLarge,      // a compact integer above its type's maximum
    LengthOverLimit,      // a length above the field's bound or what the input can hold
    InvalidBool,          // a bool other than 0 or 1
    InvalidOption,        // an Option tag other than 0 or 1
    InvalidVariant,       // an enum index that does not exist
    UnsortedMap,          // a map whose keys are not strictly ascending
    TrailingBytes,        // bytes left after the value
};

// What was wrong and where: the offset counts bytes from the start of the decoded input.
struct Failure {
    Error error{};
    std::size_t offset = 0;
    friend bool operator==(const Failure&, const Failure&) = default;
};

std::string_view name_of(Error error);

// An integer in compact form (1, 2, 4 or up to 17 bytes).
template <class Integer>
struct Compact {
    Integer value{};
    friend constexpr auto operator<=>(const Compact&, const Compact&) = default;
};

template <std::size_t Max, class Container>
struct BoundedRef {
    Container& container;
};
// A container field with at most Max elements (for maps: entries; for bytes and strings: bytes).
template <std::size_t Max, class Container>
constexpr BoundedRef<Max, Container> bounded(Container& c) {
    return {c};
}

// The tuple that `scale_fields` returns: references to fields, bounded ones by value.
template <class... Fields>
constexpr auto fields(Fields&&... f) {
    return std::tuple<Fields...>(std::forward<Fields>(f)...);
}

template <class T>
concept Struct = requires(T& t, const T& c) {
    T::scale_fields(t);
    T::scale_fields(c);
};
template <class T>
concept Enum = std::is_enum_v<T> && requires(T e) {
    { scale_last(e) } -> std::same_as<T>;
};
template <class T>
concept Unsigned =
    std::same_as<T, std::uint8_t> || std::same_as<T, std::uint16_t> ||
    std::same_as<T, std::uint32_t> || std::same_as<T, std::uint64_t> || std::same_as<T, u128> ||
    std::same_as<T, std::int8_t> || std::same_as<T, std::int16_t> ||
    std::same_as<T, std::int32_t> || std::same_as<T, std::int64_t>;

class Encoder {
  public:
    const Bytes& bytes() const& { return out_; }
    Bytes take() && { return std::move(out_); }

    void raw(ByteView bytes) { append(out_, bytes); }
    void byte(std::uint8_t b) { out_.push_back(b); }
    void compact(u128 value);

    template <Unsigned T>
    void write(const T& value) {
        auto rest = static_cast<u128>(value);
        for (std::size_t i = 0; i < sizeof(T); ++i, rest >>= 8) {
            out_.push_back(static_cast<std::uint8_t>(rest & 0xff));
        }
    }
    void write(const bool& value) { byte(value ? 1 : 0); }
    void write(const Bytes& value) {
        compact(value.size());
        raw(value);
    }
    void write(const std::string& value) {
        compact(value.size());
        raw(view_of(value));
    }
    template <std::size_t N, class Tag>
    void write(const FixedBytes<N, Tag>& value) {
        raw(value.view());
    }
    template <class Integer, class Tag>
    void write(const Strong<Integer, Tag>& value) {
        write(value.value);
    }
    template <class Integer>
    void write(const Compact<Integer>& value) {
        if constexpr (requires { value.value.value; }) {
            compact(value.value.value);
        } else {
            compact(value.value);
        }
    }
    template <Enum T>
    void write(const T& value) {
        byte(static_cast<std::uint8_t>(value));
    }
    template <class T>
    void write(const std::vector<T>& values) {
        compact(values.size());
        for (const T& value : values) write(value);
    }
    template <class T, std::size_t N>
    void write(const std::array<T, N>& values) {
        for (const T& value : values) write(value);
    }
    template <class T>
    void write(const std::optional<T>& value) {
        byte(value ? 1 : 0);
        if (value) write(*value);
    }
    template <class K, class V>
    void write(const std::map<K, V>& values) {
        compact(values.size());
        for (const auto& [key, value] : values) {
            write(key);
            write(value);
        }
    }
    template <class... Ts>
    void write(const std::tuple<Ts...>& values) {
        std::apply([this](const auto&... v) { (write(v), ...); }, values);
    }
    template <class A, class B>
    void write(const std::pair<A, B>& value) {
        write(value.first);
        write(value.second);
    }
    template <class... Ts>
    void write(const std::variant<Ts...>& value) {
        byte(static_cast<std::uint8_t>(value.index()));
        std::visit([this](const auto& v) { write(v); }, value);
    }
    template <std::size_t Max, class C>
    void write(const BoundedRef<Max, C>& value) {
        write(value.container);
    }
    void write(const std::monostate&) {}
    template <Struct T>
    void write(const T& value) {
        std::apply([this](const auto&... f) { (write(f), ...); }, T::scale_fields(value));
    }

  private:
    Bytes out_;
};

// Reads values one after another. The first failure sticks: later reads return empty values, and
// the caller asks `failure` once at the end.
class Decoder {
  public:
    explicit Decoder(ByteView input) : input_(input) {}

    std::size_t offset() const { return offset_; }
    std::size_t remaining() const { return input_.size() - offset_; }
    bool failed() const { return failure_.has_value(); }
    const std::optional<Failure>& failure() const { return failure_; }
    void fail(Error error) {
        if (!failure_) failure_ = Failure{error, offset_};
    }

    // The next `size` bytes, viewed in place; empty after a failure.
    ByteView raw(std::size_t size);
    std::uint8_t byte();
    u128 compact(u128 max);
    // A compact length of at most `max` elements of at least `element_size_min` bytes each.
    std::size_t length(std::size_t max, std::size_t element_size_min);

    template <class T>
    T read() {
        T value{};
        read_into(value);
        return value;
    }

    template <Unsigned T>
    void read_into(T& value) {
        u128 result = 0;
        const ByteView bytes = raw(sizeof(T));
        for (std::size_t i = bytes.size(); i > 0; --i) result = (result << 8) | bytes[i - 1];
        value = static_cast<T>(result);
    }
    void read_into(bool& value);
    void read_into(Bytes& value) { read_bytes(value, remaining()); }
    void read_into(std::string& value) { read_text(value, remaining()); }
    template <std::size_t N, class Tag>
    void read_into(FixedBytes<N, Tag>& value) {
        const ByteView bytes = raw(N);
        if (bytes.size() == N) value = FixedBytes<N, Tag>(bytes);
    }
    template <class Integer, class Tag>
    void read_into(Strong<Integer, Tag>& value) {
        read_into(value.value);
    }
    template <class Integer>
    void read_into(Compact<Integer>& value) {
        if constexpr (requires { value.value.value; }) {
            using Inner = decltype(value.value.value);
            value.value.value = static_cast<Inner>(compact(static_cast<Inner>(~Inner{0})));
        } else {
            value.value = static_cast<Integer>(compact(static_cast<Integer>(~Integer{0})));
        }
    }
    template <Enum T>
    void read_into(T& value) {
        const std::size_t at = offset_;
        const std::uint8_t index = byte();
        if (index > static_cast<std::uint8_t>(scale_last(T{}))) {
            offset_ = at;
            return fail(Error::InvalidVariant);
        }
        value = static_cast<T>(index);
    }
    template <class T>
    void read_into(std::vector<T>& values) {
        read_vector(values, remaining());
    }
    template <class T, std::size_t N>
    void read_into(std::array<T, N>& values) {
        for (T& value : values) read_into(value);
    }
    template <class T>
    void read_into(std::optional<T>& value) {
        switch (byte()) {
            case 0: value.reset(); return;
            case 1: read_into(value.emplace()); return;
            default: --offset_; fail(Error::InvalidOption);
        }
    }
    template <class K, class V>
    void read_into(std::map<K, V>& values) {
        read_map(values, remaining());
    }
    template <class... Ts>
    void read_into(std::tuple<Ts...>& values) {
        std::apply([this](auto&... v) { (read_into(v), ...); }, values);
    }
    template <class A, class B>
    void read_into(std::pair<A, B>& value) {
        read_into(value.first);
        read_into(value.second);
    }
    template <class... Ts>
    void read_into(std::variant<Ts...>& value) {
        const std::size_t at = offset_;
        const std::uint8_t index = byte();
        if (failed()) return;
        if (!read_alternative<0>(value, index)) {
            offset_ = at;
            fail(Error::InvalidVariant);
        }
    }
    template <std::size_t Max, class C>
    void read_into(BoundedRef<Max, C>&& field) {
        if constexpr (std::same_as<C, Bytes>) {
            read_bytes(field.container, Max);
        } else if constexpr (std::same_as<C, std::string>) {
            read_text(field.container, Max);
        } else if constexpr (requires { typename C::mapped_type; }) {
            read_map(field.container, Max);
        } else {
            read_vector(field.container, Max);
        }
    }
    template <std::size_t Max, class C>
    void read_into(BoundedRef<Max, C>& field) {
        read_into(BoundedRef<Max, C>{field.container});
    }
    void read_into(std::monostate&) {}
    template <Struct T>
    void read_into(T& value) {
        auto all = T::scale_fields(value);
        std::apply([this](auto&... f) { (read_into(f), ...); }, all);
    }

  private:
    void read_bytes(Bytes& value, std::size_t max);
    void read_text(std::string& value, std::size_t max);

    template <class T>
    void read_vector(std::vector<T>& values, std::size_t max) {
        const std::size_t count = length(max, 1);
        values.clear();
        for (std::size_t i = 0; i < count && !failed(); ++i) read_into(values.emplace_back());
        if (failed()) values.clear();
    }
    template <class K, class V>
    void read_map(std::map<K, V>& values, std::size_t max) {
        const std::size_t count = length(max, 1);
        values.clear();
        for (std::size_t i = 0; i < count && !failed(); ++i) {
            const std::size_t at = offset_;
            K key = read<K>();
            V value = read<V>();
            if (failed()) return;
            if (!values.empty() && !(values.rbegin()->first < key)) {
                offset_ = at;
                return fail(Error::UnsortedMap);
            }
            values.emplace_hint(values.end(), std::move(key), std::move(value));
        }
    }
    template <std::size_t I, class... Ts>
    bool read_alternative(std::variant<Ts...>& value, std::uint8_t index) {
        if constexpr (I < sizeof...(Ts)) {
            if (index == I) {
                read_into(value.template emplace<I>());
                return true;
            }
            return read_alternative<I + 1>(value, index);
        } else {
            return false;
        }
    }

    ByteView input_;
    std::size_t offset_ = 0;
    std::optional<Failure> failure_;
};

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
