//! Copies the C headers that wasmtime's own build script made for exactly these features to the
//! folder that CMake names, so that headers and library can never disagree.
use std::{env, fs, path::Path};

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("create the header folder");
    for entry in fs::read_dir(from).expect("read wasmtime's header folder") {
        let entry = entry.expect("read a header entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("file type").is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("copy a header");
        }
    }
}

fn main() {
    println!("cargo:rerun-if-env-changed=CLOISTER_WASMTIME_INCLUDE");
    let from = env::var("DEP_WASMTIME_C_API_INCLUDE").expect("wasmtime's build script names its headers");
    if let Ok(to) = env::var("CLOISTER_WASMTIME_INCLUDE") {
        copy(Path::new(&from), Path::new(&to));
    }
}
