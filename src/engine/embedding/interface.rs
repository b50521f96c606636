//! The imports and exports of a module.
use std::fmt;

use anyhow::{Context, Result, bail, ensure};
use wasmparser::{CompositeInnerType, Encoding, ExternalKind, Parser, Payload, RecGroup, TypeRef};

use super::Type;

/// The imports and exports of a module.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Interface {
    /// Imports, in the module's order.
    pub imports: Vec<Imported>,
    /// Exports, in the module's order.
    pub exports: Vec<Exported>,
    /// Number of functions that the module defines.
    pub functions: u32,
}

/// An import of a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The name of the imported module.
    pub module: String,
    /// The name of the import.
    pub name: String,
    /// The kind and, for a function, the type.
    pub kind: ExternKind,
}

/// An export of a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// The name.
    pub name: String,
    /// The kind and, for a function, the type.
    pub kind: ExternKind,
}

/// The kind of an import or export.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the specification's")]
pub enum ExternKind {
    Function(Signature),
    Table,
    Memory,
    Global,
    Tag,
}

/// The type of a function.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Signature {
    /// Parameter types.
    pub parameters: Vec<Type>,
    /// Result types.
    pub results: Vec<Type>,
}

impl Interface {
    /// Reads the interface from a module's bytes. It skips function bodies, because the backends validate them.
    ///
    /// # Errors
    /// If the bytes are not a module or are truncated. The error names the format of the bytes, if it is known.
    pub fn read(wasm: &[u8]) -> Result<Self> {
        ensure!(!wasm.is_empty(), "it is empty");
        ensure!(
            wasm.starts_with(b"\0asm"),
            "it does not begin as a module does, and is no text in UTF-8 of at most 16 MiB"
        );
        if let Some([_, _, layer, _]) = wasm.get(4..8)
            && *layer != 0
        {
            bail!("it is a component, not a module; `wasm-tools component unbundle` takes the modules out of one");
        }
        let mut reader = InterfaceReader::default();
        for payload in Parser::new(0).parse_all(wasm) {
            reader.take(payload.map_err(describe)?)?;
        }
        Ok(reader.interface)
    }

    /// The exported functions.
    pub fn functions(&self) -> impl Iterator<Item = (&str, &Signature)> {
        self.exports.iter().filter_map(|export| match &export.kind {
            ExternKind::Function(signature) => Some((export.name.as_str(), signature)),
            _ => None,
        })
    }
}

impl Signature {
    /// The signature of each type of a group; `None` for a type that is not a function type.
    pub(crate) fn in_group(group: &RecGroup) -> impl Iterator<Item = Option<Self>> {
        group.types().map(|ty| match &ty.composite_type.inner {
            CompositeInnerType::Func(function) => Some(Self {
                parameters: function.params().iter().copied().map(Type::from).collect(),
                results: function.results().iter().copied().map(Type::from).collect(),
            }),
            _ => None,
        })
    }
}

/// Describes a parser error with its offset, without repeating the word `error`.
fn describe(error: wasmparser::Error) -> anyhow::Error {
    let at = error.offset();
    match error.message() {
        "unexpected end-of-file" => anyhow::anyhow!("it is cut off within a section, at byte {at}"),
        message => anyhow::anyhow!("it is not a valid module: {message}, at byte {at}"),
    }
}

#[derive(Default)]
struct InterfaceReader {
    interface: Interface,
    /// See [`Signature::in_group`].
    types: Vec<Option<Signature>>,
    /// The type index of each function, imported functions first.
    functions: Vec<u32>,
}

impl InterfaceReader {
    fn take(&mut self, payload: Payload) -> Result<()> {
        match payload {
            Payload::Version { encoding: Encoding::Component, .. } => bail!("it is a component, not a module"),
            Payload::TypeSection(types) => {
                for group in types {
                    self.types.extend(Signature::in_group(&group.map_err(describe)?));
                }
            }
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    let import = import.map_err(describe)?;
                    let kind = self.kind(import.ty)?;
                    let (module, name) = (import.module.into(), import.name.into());
                    self.interface.imports.push(Imported { module, name, kind });
                }
            }
            Payload::FunctionSection(functions) => {
                for function in functions {
                    self.functions.push(function.map_err(describe)?);
                    self.interface.functions += 1;
                }
            }
            Payload::ExportSection(exports) => {
                for export in exports {
                    let export = export.map_err(describe)?;
                    let kind = match export.kind {
                        ExternalKind::Func | ExternalKind::FuncExact => {
                            ExternKind::Function(self.function(export.index)?)
                        }
                        ExternalKind::Table => ExternKind::Table,
                        ExternalKind::Memory => ExternKind::Memory,
                        ExternalKind::Global => ExternKind::Global,
                        ExternalKind::Tag => ExternKind::Tag,
                    };
                    self.interface.exports.push(Exported { name: export.name.into(), kind });
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn kind(&mut self, of: TypeRef) -> Result<ExternKind> {
        Ok(match of {
            TypeRef::Func(ty) | TypeRef::FuncExact(ty) => {
                self.functions.push(ty);
                ExternKind::Function(self.signature(ty)?)
            }
            TypeRef::Table(_) => ExternKind::Table,
            TypeRef::Memory(_) => ExternKind::Memory,
            TypeRef::Global(_) => ExternKind::Global,
            TypeRef::Tag(_) => ExternKind::Tag,
        })
    }

    fn function(&self, index: u32) -> Result<Signature> {
        let ty = self
            .functions
            .get(index as usize)
            .context("it is not a valid module: it exports a function that does not exist")?;
        self.signature(*ty)
    }

    fn signature(&self, ty: u32) -> Result<Signature> {
        let signature = self.types.get(ty as usize).and_then(Option::as_ref);
        signature.cloned().context("it is not a valid module: the type of a function is not a function type")
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |types: &[Type]| types.iter().map(Type::to_string).collect::<Vec<_>>().join(", ");
        write!(f, "({})", list(&self.parameters))?;
        match self.results.as_slice() {
            [] => Ok(()),
            [single] => write!(f, " -> {single}"),
            several => write!(f, " -> ({})", list(several)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Interface {
        Interface::read(&wat::parse_str(text).unwrap()).unwrap()
    }

    #[test]
    fn imports_and_exports_are_read_with_their_types() {
        let interface = read(
            r#"(module
                (import "a" "f" (func (param i32 f64) (result i64)))
                (import "a" "m" (memory 1))
                (func $g (param externref) (result i32 v128) unreachable)
                (func)
                (export "g" (func $g)) (export "f" (func 0)) (export "m" (memory 0)))"#,
        );
        let functions: Vec<_> = interface.functions().map(|(name, ty)| format!("{name}{ty}")).collect();
        assert_eq!(functions, ["g(externref) -> (i32, v128)", "f(i32, f64) -> i64"]);
        assert_eq!(interface.imports[1].kind, ExternKind::Memory);
        assert_eq!(interface.functions, 2);
    }

    #[test]
    fn bytes_that_are_not_a_module_are_rejected_with_a_description() {
        let message = |bytes: &[u8]| Interface::read(bytes).unwrap_err().to_string();
        assert_eq!(message(b""), "it is empty");
        assert!(message(b"\x7fELF").contains("does not begin"));
        assert!(message(b"\0asm\x0d\0\x01\0").contains("a component, not a module"));
        let guest = crate::guest::wasm(crate::guest::EARLY_EXIT);
        assert!(message(&guest[..guest.len() - 3]).contains("cut off"));
        assert!(message(b"\0asm\x02\0\0\0").contains("not a valid module"));
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_do_not_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..200), flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4)) {
            let _ = Interface::read(&bytes);
            bytes.splice(0..0, *b"\0asm\x01\0\0\0");
            let _ = Interface::read(&bytes);
            let mut guest = crate::guest::wasm(crate::guest::TRAPS);
            for (at, byte) in flips {
                let at = at.index(guest.len());
                guest[at] = byte;
            }
            let _ = Interface::read(&guest);
        }
    }
}
