// Values to SCALE bytes. Never fails; lengths above 2^128 do not exist.
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
        std::visit([&](const auto& v) { write(v); }, value);
    }
    template <std::size_t Max, class C>
    void write(const BoundedRef<Max, C>& value) {
        write(value.container);
    }
    void write(const std::monostate&) {}
    template <Struct T>
    void write(const T& value) {
        std::apply([&](const auto&... f) { (write(f), ...); }, T::scale_fields(value));
    }

  private:
    Bytes out_;
};

}  // namespace cloister::scale
