// A contract's description in ink!'s metadata form, made at compile time and kept in the module's
// data, out of which the `.contract` bundle is put together (src/contract/bundle.hpp).
#pragma once

#include <string>
#include <tuple>

#include "cloister/environment.hpp"
#include "cloister/selector.hpp"

namespace cloister::detail {

// A type in SCALE words: "u32", "Vec<(AccountId, bool)>"; a struct is the tuple of its fields.
template <class T>
struct TypeName;

template <class T>
constexpr std::string type_name() {
    return TypeName<std::remove_cvref_t<T>>::text();
}

template <class Tuple>
struct TupleName;
template <class... Fields>
struct TupleName<std::tuple<Fields...>> {
    static constexpr std::string text() {
        std::string out = "(";
        ((out += (out.size() == 1 ? "" : ", ") + type_name<Fields>()), ...);
        return out + ")";
    }
};

constexpr std::string decimal(std::size_t value) {
    std::string out;
    do {
        out.insert(out.begin(), static_cast<char>('0' + value % 10));
        value /= 10;
    } while (value != 0);
    return out;
}

template <class T>
struct TypeName {
    static constexpr std::string text() {
        if constexpr (std::is_void_v<T>) {
            return "()";
        } else if constexpr (std::same_as<T, bool>) {
            return "bool";
        } else if constexpr (std::same_as<T, double>) {
            return "u64";
        } else if constexpr (std::is_enum_v<T>) {
            return "u8";
        } else if constexpr (Integer<T>) {
            return (T(-1) < T(0) ? "i" : "u") + decimal(8 * sizeof(T));
        } else {
            return TupleName<decltype(fields_of(std::declval<T&>()))>::text();
        }
    }
};
template <>
struct TypeName<AccountId> {
    static constexpr std::string text() { return "AccountId"; }
};
template <>
struct TypeName<std::string> {
    static constexpr std::string text() { return "String"; }
};
template <class T>
struct TypeName<std::vector<T>> {
    static constexpr std::string text() { return "Vec<" + type_name<T>() + ">"; }
};
template <class T, std::size_t N>
struct TypeName<std::array<T, N>> {
    static constexpr std::string text() { return "[" + type_name<T>() + "; " + decimal(N) + "]"; }
};
template <class T>
struct TypeName<std::optional<T>> {
    static constexpr std::string text() { return "Option<" + type_name<T>() + ">"; }
};
template <class T, class E>
struct TypeName<std::expected<T, E>> {
    static constexpr std::string text() {
        return "Result<" + type_name<T>() + ", " + type_name<E>() + ">";
    }
};

template <class Arguments>
struct ArgumentsSpec;
template <class... Arguments>
struct ArgumentsSpec<std::tuple<Arguments...>> {
    static constexpr std::string text() {
        std::string out;
        std::size_t i = 0;
        ((out += (i == 0 ? "" : ",") + one<Arguments>(i), ++i), ...);
        return out;
    }
    template <class T>
    static constexpr std::string one(std::size_t i) {
        return "{\"label\":\"arg" + decimal(i) + "\",\"type\":{\"displayName\":[\"" +
               type_name<T>() + "\"]}}";
    }
};

constexpr std::string selector_text(Selector selector) {
    std::string out = "0x";
    for (const std::uint8_t b : selector) {
        out += "0123456789abcdef"[b >> 4];
        out += "0123456789abcdef"[b & 15];
    }
    return out;
}

template <class Message>
constexpr std::string message_spec() {
    std::string out = "{\"args\":[" + ArgumentsSpec<typename Message::Arguments>::text() + "]";
    out += ",\"default\":false,\"docs\":[],\"label\":\"" + std::string(Message::name) + "\"";
    if (!Message::is_constructor) {
        out += Message::mutates ? ",\"mutates\":true" : ",\"mutates\":false";
    }
    out += ",\"payable\":false,\"returnType\":{\"displayName\":[\"Result<";
    out += type_name<typename Message::Returned>() + ", LangError>\"]}";
    return out + ",\"selector\":\"" + selector_text(Message::selector) + "\"}";
}

template <class... Messages>
constexpr std::string contract_spec() {
    std::string constructors;
    std::string messages;
    const auto add = [](std::string& list, const std::string& one) {
        list += (list.empty() ? "" : ",") + one;
    };
    (add(Messages::is_constructor ? constructors : messages, message_spec<Messages>()), ...);
    return "{\"constructors\":[" + constructors +
           "],\"docs\":[],\"environment\":{},\"events\":[],\"lang_error\":{},\"messages\":[" +
           messages + "]}";
}

// The description as it lies in the module's data: found by its mark, read by its length.
template <std::size_t N>
struct Described {
    std::array<char, 16> mark = {'c', 'l', 'o', 'i', 's', 't', 'e', 'r',
                                 '.', 's', 'p', 'e', 'c', ':', '1', '\n'};
    std::uint32_t size = N;
    std::array<char, N> text;
};

template <class... Messages>
consteval auto described() {
    Described<contract_spec<Messages...>().size()> out{};
    const std::string text = contract_spec<Messages...>();
    for (std::size_t i = 0; i < text.size(); ++i) out.text[i] = text[i];
    return out;
}

}  // namespace cloister::detail
