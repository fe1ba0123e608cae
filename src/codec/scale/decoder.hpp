// SCALE bytes to values. Every length is checked against the bound and the input before anything is
// allocated.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "codec/scale/model.hpp"

namespace cloister::scale {

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
        std::apply([&](auto&... f) { (read_into(f), ...); }, all);
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

}  // namespace cloister::scale
