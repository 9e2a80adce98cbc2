//! What the contract's tests share: the descriptor, compiled from `proto/tais/v1`, and the examples.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, missing_docs)]

pub mod listing;
pub mod samples;
pub mod values;

use std::path::{Path, PathBuf};

use prost_reflect::{DescriptorPool, FieldDescriptor, MessageDescriptor};

pub const PACKAGE: &str = "tais.v1";

pub fn crate_dir() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The contract as it stands.
pub fn contract() -> DescriptorPool {
    let files: Vec<String> = names_in("tais/v1", ".proto").map(|name| format!("tais/v1/{name}")).collect();
    assert!(!files.is_empty(), "no .proto file in proto/tais/v1");
    let mut compiler = protox::Compiler::new([crate_dir()]).unwrap();
    compiler.include_source_info(true);
    // `{:?}` of these errors shows the line of the .proto file.
    compiler.open_files(files).unwrap_or_else(|error| panic!("{error:?}"));
    compiler.descriptor_pool()
}

fn names_in(dir: &str, ending: &str) -> impl Iterator<Item = String> {
    let entries = std::fs::read_dir(crate_dir().join(dir)).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    let ending = ending.to_owned();
    names.into_iter().filter(move |name| name.ends_with(&ending))
}

/// Every example: its file name and its bytes.
pub fn examples() -> Vec<(String, Vec<u8>)> {
    let read = |name: String| {
        let path: PathBuf = crate_dir().join("examples").join(&name);
        (name, std::fs::read(path).unwrap())
    };
    names_in("examples", ".json").map(read).collect()
}

/// Whether the contract says that a field must be written.
pub fn is_required(field: &FieldDescriptor) -> bool {
    let pool = field.parent_pool();
    let extension = pool.get_extension_by_name("tais.v1.required").unwrap();
    let options = field.options();
    options.has_extension(&extension) && options.get_extension(&extension).as_bool() == Some(true)
}

/// The messages of the package, without the entries of maps.
pub fn messages(pool: &DescriptorPool) -> impl Iterator<Item = MessageDescriptor> {
    pool.all_messages().filter(|message| message.package_name() == PACKAGE && !message.is_map_entry())
}
