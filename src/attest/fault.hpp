// Internal: what went wrong inside one part of the evidence, before the part's name is known.
#pragma once

#include "attest/attest.hpp"
#include "codec/der/reader.hpp"

namespace cloister::attest {

struct Fault {
    Code code{};
    std::size_t offset = 0;
    std::string message;

    Fault(Code c, std::size_t at, std::string why) : code(c), offset(at), message(std::move(why)) {}
    // Implicit, so that CLOISTER_TRY carries the DER reader's failures.
    Fault(const der::Failure& f)
        : code(Code::MalformedCertificate), offset(f.offset), message(der::name_of(f.error)) {}

    Error in(std::string_view part) && { return Error{code, part, offset, std::move(message)}; }
};

template <class T>
using Parsed = Result<T, Fault>;

inline Err<Fault> fault(Code code, std::size_t offset, std::string why) {
    return err(Fault(code, offset, std::move(why)));
}
inline Err<Error> failure(Code code, std::string_view part, std::size_t offset, std::string why) {
    return err(Error{code, part, offset, std::move(why)});
}
// For map_error: names the part.
inline auto in_part(std::string_view part) {
    return [part](Fault&& f) { return std::move(f).in(part); };
}
// The same for parts that are no certificates, whose bad DER is malformed collateral.
inline auto in_collateral(std::string_view part) {
    return [part](Fault&& f) {
        if (f.code == Code::MalformedCertificate) f.code = Code::MalformedCollateral;
        return std::move(f).in(part);
    };
}

}  // namespace cloister::attest
