//! Re-exports wasmtime's C API so that the static library carries its symbols.
pub use wasmtime_c_api::*;
