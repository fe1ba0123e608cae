// A contract is a struct whose members are Cells and Maps and whose methods are its messages,
// declared once:
//
//     struct Flipper {
//         Cell<bool> on{"on"};
//         void create(bool initial) { on.set(initial); }
//         void flip() { on.set(!on.get()); }
//         bool get() const { return on.get(); }
//     };
//     CLOISTER_CONTRACT(Flipper,
//                       constructor<"new", &Flipper::create>,
//                       message<"flip", &Flipper::flip>,
//                       message<"get", &Flipper::get>)
//
// A const method may only read and is what queries call. A method that returns Result and fails
// reverts: nothing it wrote stays. Input: ink!'s 4-byte selector, then the SCALE arguments.
// Output: SCALE Result<T, LangError>; 01 01 with the revert flag for input that names no message
// or does not decode.
#pragma once

#include "cloister/environment.hpp"
#include "cloister/selector.hpp"
#include "cloister/spec.hpp"

extern "C" void __wasm_call_ctors();

namespace cloister {

namespace detail {

template <std::size_t N>
struct Name {
    char text[N];
    consteval Name(const char (&literal)[N]) {
        for (std::size_t i = 0; i < N; ++i) text[i] = literal[i];
    }
    constexpr operator std::string_view() const { return {text, N - 1}; }
};

template <class Method>
struct Signature;
template <class Contract, class R, class... Args>
struct Signature<R (Contract::*)(Args...)> {
    using Returned = R;
    using Arguments = std::tuple<std::remove_cvref_t<Args>...>;
    static constexpr bool mutates = true;
};
template <class Contract, class R, class... Args>
struct Signature<R (Contract::*)(Args...) const> {
    using Returned = R;
    using Arguments = std::tuple<std::remove_cvref_t<Args>...>;
    static constexpr bool mutates = false;
};

enum class Kind { Constructor, Message };

template <Kind kind, Name label, auto method>
struct Entry : Signature<decltype(method)> {
    static constexpr std::string_view name = label;
    static constexpr Selector selector = selector_of(name);
    static constexpr bool is_constructor = kind == Kind::Constructor;
    static constexpr auto function = method;
};

[[noreturn]] inline void finish(bool revert, const Writer& output) {
    host::cloister_return(revert ? 1 : 0, output.bytes().data(), output.bytes().size());
}

[[noreturn]] inline void refuse_input() {
    Writer output;
    output.write(std::uint8_t{1});  // Err
    output.write(std::uint8_t{1});  // LangError::CouldNotReadInput
    finish(true, output);
}

template <class T>
constexpr bool is_result = false;
template <class T, class E>
constexpr bool is_result<std::expected<T, E>> = true;

template <class Entry, class Contract>
[[noreturn]] void run(Contract& contract, Reader& reader) {
    typename Entry::Arguments arguments;
    std::apply([&](auto&... a) { (reader.read_into(a), ...); }, arguments);
    if (!reader.finished()) refuse_input();
    read_only = !Entry::mutates;
    const auto call = [&](auto&... a) { return (contract.*Entry::function)(std::move(a)...); };
    Writer output;
    output.write(std::uint8_t{0});  // Ok
    bool revert = false;
    if constexpr (std::is_void_v<typename Entry::Returned>) {
        std::apply(call, arguments);
    } else {
        const auto value = std::apply(call, arguments);
        output.write(value);
        if constexpr (is_result<typename Entry::Returned>) revert = !value.has_value();
    }
    finish(revert, output);
}

// Room for the engine's limit on input. Part of the initial memory, since growing costs more than
// a call; what is not used of it is never touched.
inline std::array<std::uint8_t, 1U << 20> input_room;

template <class Contract, class... Entries>
[[noreturn]] void dispatch(Kind kind) {
    __wasm_call_ctors();
    std::uint32_t size = input_room.size();
    host::cloister_input(input_room.data(), &size);
    Reader reader({input_room.data(), size});
    const auto selector = reader.read<Selector>();
    if (reader.failed()) refuse_input();
    Contract contract;
    ((Entries::is_constructor == (kind == Kind::Constructor) && Entries::selector == selector
          ? run<Entries>(contract, reader)
          : void()),
     ...);
    refuse_input();
}

}  // namespace detail

template <detail::Name label, auto method>
using constructor = detail::Entry<detail::Kind::Constructor, label, method>;
template <detail::Name label, auto method>
using message = detail::Entry<detail::Kind::Message, label, method>;

}  // namespace cloister

// Once per contract, in namespace cloister or after `using namespace cloister`.
#define CLOISTER_CONTRACT(type, ...)                                                            \
    extern "C" [[clang::export_name("deploy")]] void cloister_deploy() {                        \
        ::cloister::detail::dispatch<type, __VA_ARGS__>(::cloister::detail::Kind::Constructor); \
    }                                                                                           \
    extern "C" [[clang::export_name("call")]] void cloister_call() {                            \
        ::cloister::detail::dispatch<type, __VA_ARGS__>(::cloister::detail::Kind::Message);     \
    }                                                                                           \
    extern "C" [[gnu::used]] const auto cloister_spec =                                         \
        ::cloister::detail::described<__VA_ARGS__>();
