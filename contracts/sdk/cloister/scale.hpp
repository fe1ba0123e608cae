// SCALE for contracts: integers, bool, enum (one byte), double (its bits as u64), std::array,
// std::vector, std::string, std::optional, std::expected and structs of these. Reading fails for
// good at the first error; nothing is allocated that the input could not fill.
#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cloister/fields.hpp"

namespace cloister {

using Bytes = std::vector<std::uint8_t>;
using u128 = unsigned __int128;

template <class T, class E>
using Result = std::expected<T, E>;

template <class T>
concept Integer = std::integral<T> || std::same_as<T, u128>;

class Writer {
  public:
    std::span<const std::uint8_t> bytes() const { return out_; }

    void raw(const void* data, std::size_t size) {
        const auto* from = static_cast<const std::uint8_t*>(data);
        out_.insert(out_.end(), from, from + size);
    }
    void compact(std::uint32_t value) {
        if (value < 1U << 6) return write(static_cast<std::uint8_t>(value << 2));
        if (value < 1U << 14) return write(static_cast<std::uint16_t>(value << 2 | 1));
        if (value < 1U << 30) return write(value << 2 | 2);
        write(std::uint8_t{3});
        write(value);
    }

    // WASM is little-endian, as SCALE is.
    template <Integer T>
    void write(T value) {
        raw(&value, sizeof value);
    }
    void write(double value) { write(std::bit_cast<std::uint64_t>(value)); }
    template <class T>
        requires std::is_enum_v<T>
    void write(T value) {
        write(static_cast<std::uint8_t>(value));
    }
    void write(std::string_view text) {
        compact(text.size());
        raw(text.data(), text.size());
    }
    void write(const std::string& text) { write(std::string_view(text)); }
    template <class T>
    void write(const std::vector<T>& values) {
        compact(values.size());
        if constexpr (std::same_as<T, std::uint8_t>) return raw(values.data(), values.size());
        for (const T& value : values) write(value);
    }
    template <class T, std::size_t N>
    void write(const std::array<T, N>& values) {
        for (const T& value : values) write(value);
    }
    template <class T>
    void write(const std::optional<T>& value) {
        write(value.has_value());
        if (value) write(*value);
    }
    template <class T, class E>
    void write(const std::expected<T, E>& value) {
        write(!value.has_value());
        if (!value.has_value()) return write(value.error());
        if constexpr (!std::is_void_v<T>) write(*value);
    }
    template <Aggregate T>
    void write(const T& value) {
        std::apply([&](const auto&... f) { (write(f), ...); }, fields_of(value));
    }

  private:
    Bytes out_;
};

class Reader {
  public:
    explicit Reader(std::span<const std::uint8_t> input) : input_(input) {}

    bool failed() const { return failed_; }
    // True if everything was read and nothing is left.
    bool finished() const { return !failed_ && input_.empty(); }

    bool raw(void* to, std::size_t size) {
        if (failed_ || size > input_.size()) return fail();
        std::memcpy(to, input_.data(), size);
        input_ = input_.subspan(size);
        return true;
    }
    // A compact length; every element takes at least one byte.
    std::uint32_t length() {
        std::uint8_t first = 0;
        raw(&first, 1);
        std::uint32_t value = first;
        if ((first & 3) == 1) value |= rest(1);
        if ((first & 3) == 2) value |= rest(3);
        if ((first & 3) == 3 || value >> 2 > input_.size()) fail();
        return failed_ ? 0 : value >> 2;
    }

    template <class T>
    T read() {
        T value{};
        read_into(value);
        return value;
    }
    template <Integer T>
    void read_into(T& value) {
        raw(&value, sizeof value);
    }
    void read_into(bool& value) {
        const auto byte = read<std::uint8_t>();
        if (byte > 1) fail();
        value = byte == 1;
    }
    void read_into(double& value) { value = std::bit_cast<double>(read<std::uint64_t>()); }
    template <class T>
        requires std::is_enum_v<T>
    void read_into(T& value) {
        value = static_cast<T>(read<std::uint8_t>());
    }
    void read_into(std::string& text) {
        text.resize(length());
        raw(text.data(), text.size());
    }
    template <class T>
    void read_into(std::vector<T>& values) {
        const std::uint32_t count = length();
        if constexpr (std::same_as<T, std::uint8_t>) {
            values.resize(count);
            raw(values.data(), count);
            return;
        }
        values.reserve(std::min<std::size_t>(count, input_.size() / sizeof(T) + 1));
        for (std::uint32_t i = 0; i < count && !failed_; ++i) read_into(values.emplace_back());
    }
    template <class T, std::size_t N>
    void read_into(std::array<T, N>& values) {
        for (T& value : values) read_into(value);
    }
    template <class T>
    void read_into(std::optional<T>& value) {
        value.reset();
        if (read<bool>()) read_into(value.emplace());
    }
    template <Aggregate T>
    void read_into(T& value) {
        std::apply([&](auto&... f) { (read_into(f), ...); }, fields_of(value));
    }

  private:
    bool fail() {
        failed_ = true;
        return false;
    }
    std::uint32_t rest(std::size_t size) {
        std::uint32_t value = 0;
        raw(&value, size);
        return value << 8;
    }

    std::span<const std::uint8_t> input_;
    bool failed_ = false;
};

}  // namespace cloister
