// Result<T, E>: a value or the folder's own error enum (or a struct with an offset). For what
// hostile or unlucky input can cause. Our own bugs are assertions (base/assert.hpp).
#pragma once

#include <expected>
#include <utility>

#include "base/assert.hpp"

namespace cloister {

template <class E>
using Err = std::unexpected<E>;

template <class E>
Err<std::decay_t<E>> err(E&& error) {
    return Err<std::decay_t<E>>(std::forward<E>(error));
}

template <class T, class E>
class [[nodiscard]] Result : public std::expected<T, E> {
  public:
    using std::expected<T, E>::expected;

    // For callers that have already ruled the error out; asserts instead of throwing.
    T& get() & {
        CLOISTER_ASSERT(this->has_value());
        return **this;
    }
    const T& get() const& {
        CLOISTER_ASSERT(this->has_value());
        return **this;
    }
    T&& get() && {
        CLOISTER_ASSERT(this->has_value());
        return std::move(**this);
    }

    // Applies `f` to the value; keeps the error.
    template <class F>
    auto map(F&& f) && -> Result<decltype(f(std::declval<T&&>())), E> {
        if (!this->has_value()) return err(std::move(this->error()));
        return std::forward<F>(f)(std::move(**this));
    }
    // Keeps the value; replaces the error by f(error).
    template <class F>
    auto map_error(F&& f) && -> Result<T, decltype(f(std::declval<E&&>()))> {
        if (this->has_value()) return std::move(**this);
        return err(std::forward<F>(f)(std::move(this->error())));
    }
};

template <class E>
class [[nodiscard]] Result<void, E> : public std::expected<void, E> {
  public:
    using std::expected<void, E>::expected;

    template <class F>
    auto map_error(F&& f) && -> Result<void, decltype(f(std::declval<E&&>()))> {
        if (this->has_value()) return {};
        return err(std::forward<F>(f)(std::move(this->error())));
    }
};

}  // namespace cloister

#define CLOISTER_CONCAT_(a, b) a##b
#define CLOISTER_CONCAT(a, b) CLOISTER_CONCAT_(a, b)
// CLOISTER_TRY(auto value, expression): the value, or return the expression's error to the caller.
#define CLOISTER_TRY_(name, declaration, ...)                               \
    auto name = (__VA_ARGS__);                                              \
    if (!name.has_value()) return ::cloister::err(std::move(name.error())); \
    declaration = std::move(*name)
#define CLOISTER_TRY(declaration, ...) \
    CLOISTER_TRY_(CLOISTER_CONCAT(cloister_try_, __LINE__), declaration, __VA_ARGS__)
// The same for Result<void, E>.
#define CLOISTER_CHECK_(name, ...)                    \
    if (auto name = (__VA_ARGS__); !name.has_value()) \
    return ::cloister::err(std::move(name.error()))
#define CLOISTER_CHECK(...) CLOISTER_CHECK_(CLOISTER_CONCAT(cloister_check_, __LINE__), __VA_ARGS__)
