// For tests only: a value for every SCALE message, so that none is forgotten and every vector can
// be rebuilt by hand. Numbered follows the rule of docs/formats.md, "Vectors"; Scattered draws
// every field from a seed.
#pragma once

#include "codec/scale/scale.hpp"
#include "codec/scale/vectors_test.hpp"

namespace cloister::testing {

// Fields take 1, 2, 3, ... in order. Fixed strings repeat it, variable ones are two bytes of it,
// lists have one element, options are present, enums and bools stand at their last value.
class Numbered {
  public:
    std::uint64_t number() { return ++last_; }
    std::uint8_t next_byte(bool first) {
        return static_cast<std::uint8_t>(first ? ++last_ : last_);
    }
    std::size_t elements(std::size_t) { return 1; }
    std::size_t bytes(std::size_t) { return 2; }
    std::size_t choose(std::size_t count) { return count - 1; }

  private:
    std::uint64_t last_ = 0;
};

class Scattered {
  public:
    explicit Scattered(std::uint64_t seed) : random_(seed) {}
    std::uint64_t number() { return random_.next() >> random_.below(64); }
    std::uint8_t next_byte(bool) { return static_cast<std::uint8_t>(random_.next()); }
    std::size_t elements(std::size_t max) {
        return random_.below(std::min<std::size_t>(max, 3) + 1);
    }
    std::size_t bytes(std::size_t max) { return random_.below(std::min<std::size_t>(max, 90) + 1); }
    std::size_t choose(std::size_t count) { return random_.below(count); }

  private:
    Random random_;
};

template <class Source>
class Filler {
  public:
    static constexpr std::size_t unbounded = ~std::size_t{0};
    explicit Filler(Source source) : source_(std::move(source)) {}

    template <scale::Unsigned T>
    void fill(T& value) {
        value = static_cast<T>(source_.number());
    }
    void fill(bool& value) { value = source_.choose(2) == 1; }
    template <scale::Enum T>
    void fill(T& value) {
        value = static_cast<T>(source_.choose(static_cast<std::size_t>(scale_last(T{})) + 1));
    }
    template <class I, class Tag>
    void fill(Strong<I, Tag>& value) {
        fill(value.value);
    }
    template <class I>
    void fill(scale::Compact<I>& value) {
        fill(value.value);
    }
    template <std::size_t N, class Tag>
    void fill(FixedBytes<N, Tag>& value) {
        for (std::size_t i = 0; i < N; ++i) value.data()[i] = source_.next_byte(i == 0);
    }
    template <class T>
    void fill(std::vector<T>& value, std::size_t max = unbounded) {
        if constexpr (std::same_as<T, std::uint8_t>) {
            value.resize(source_.bytes(max));
            for (std::size_t i = 0; i < value.size(); ++i) value[i] = source_.next_byte(i == 0);
        } else {
            value.resize(source_.elements(max));
            for (T& element : value) fill(element);
        }
    }
    void fill(std::string& value, std::size_t max = unbounded) {
        value.resize(source_.bytes(max));
        for (std::size_t i = 0; i < value.size(); ++i) {
            value[i] = static_cast<char>('a' + source_.next_byte(i == 0) % 26);
        }
    }
    template <class T>
    void fill(std::optional<T>& value) {
        value.reset();
        if (source_.choose(2) == 1) fill(value.emplace());
    }
    template <class A, class B>
    void fill(std::pair<A, B>& value) {
        fill(value.first);
        fill(value.second);
    }
    template <class... Ts>
    void fill(std::variant<Ts...>& value) {
        alternative<0>(value, source_.choose(sizeof...(Ts)));
    }
    template <std::size_t Max, class C>
    void fill(scale::BoundedRef<Max, C>& field) {
        fill(field.container, Max);
    }
    template <scale::Struct T>
    void fill(T& value) {
        auto all = T::scale_fields(value);
        std::apply([this](auto&... field) { (fill(field), ...); }, all);
    }

  private:
    template <std::size_t I, class... Ts>
    void alternative(std::variant<Ts...>& value, std::size_t index) {
        if constexpr (I < sizeof...(Ts)) {
            if (index == I) return fill(value.template emplace<I>());
            alternative<I + 1>(value, index);
        }
    }

    Source source_;
};

template <class T>
T numbered() {
    T value{};
    Filler filler{Numbered()};
    filler.fill(value);
    return value;
}

template <class T>
T scattered(std::uint64_t seed) {
    T value{};
    Filler filler{Scattered(seed)};
    filler.fill(value);
    return value;
}

}  // namespace cloister::testing
