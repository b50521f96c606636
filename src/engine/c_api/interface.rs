//! The imports and exports of a module, with types. They are read by `wasmparser`, because the C API lacks some types, and some
//! libraries end the process when a host reads such a type.
use anyhow::{Context, Result, bail, ensure};
use wasmparser::{ExternalKind, GlobalType, MemoryType, Parser, Payload, TableType, TypeRef, ValType};

use super::bindings::{EXTERN_FUNC, EXTERN_GLOBAL, EXTERN_MEMORY, EXTERN_TABLE, SizeLimits, kind};
use crate::engine::embedding::{Signature, Type, Unsupported};

/// The imports and exports of a module.
#[derive(Debug, Default)]
pub(super) struct LibraryInterface {
    pub(super) imports: Vec<LibraryImport>,
    /// The exported functions.
    pub(super) functions: Vec<(String, Signature)>,
}

#[derive(Debug)]
pub(super) struct LibraryImport {
    pub(super) module: String,
    pub(super) name: String,
    pub(super) of: ImportType,
}

/// The type of an import, by the kinds of the C API.
#[derive(Debug)]
pub(super) enum ImportType {
    Function(Signature),
    Global { kind: u8, mutable: bool },
    Table { kind: u8, limits: SizeLimits },
    Memory(SizeLimits),
}

impl ImportType {
    /// The `wasm_externkind_t` of the import.
    pub(super) fn extern_kind(&self) -> u8 {
        match self {
            Self::Function(_) => EXTERN_FUNC,
            Self::Global { .. } => EXTERN_GLOBAL,
            Self::Table { .. } => EXTERN_TABLE,
            Self::Memory(_) => EXTERN_MEMORY,
        }
    }
}

/// The `wasm_valkind_t` of a type; [`Unsupported`] if a host cannot hold its values.
pub(super) fn kind_of(ty: Type) -> Result<u8> {
    Ok(match ty {
        Type::I32 => kind::I32,
        Type::I64 => kind::I64,
        Type::F32 => kind::F32,
        Type::F64 => kind::F64,
        Type::FuncRef => kind::FUNCREF,
        Type::V128 | Type::ExternRef | Type::Other | Type::NonNull => bail!(lacks(format!("value of the type {ty}"))),
    })
}

fn lacks(what: String) -> Unsupported {
    Unsupported(format!("through the C API, a host has no {what}").into())
}

impl LibraryInterface {
    /// Reads the imports and exports of a module, but not the bodies of its functions.
    ///
    /// # Errors
    /// When the bytes are no module, or an import or export has a type that the C API lacks ([`Unsupported`]).
    pub(super) fn read(wasm: &[u8]) -> Result<Self> {
        let mut reader = Reader::default();
        for payload in Parser::new(0).parse_all(wasm) {
            reader.take(payload?)?;
        }
        Ok(reader.interface)
    }
}

#[derive(Default)]
struct Reader {
    interface: LibraryInterface,
    /// See [`Signature::in_group`].
    types: Vec<Option<Signature>>,
    /// The index of the type of each function, imported functions first.
    functions: Vec<u32>,
    /// The value type of each global, imported globals first.
    globals: Vec<Type>,
}

impl Reader {
    fn take(&mut self, payload: Payload<'_>) -> Result<()> {
        match payload {
            Payload::TypeSection(types) => {
                for group in types {
                    self.types.extend(Signature::in_group(&group?));
                }
            }
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    let import = import?;
                    let of = self.import(import.ty)?;
                    let (module, name) = (import.module.to_owned(), import.name.to_owned());
                    self.interface.imports.push(LibraryImport { module, name, of });
                }
            }
            Payload::FunctionSection(functions) => {
                for function in functions {
                    self.functions.push(function?);
                }
            }
            Payload::GlobalSection(globals) => {
                for global in globals {
                    self.globals.push(Type::from(global?.ty.content_type));
                }
            }
            Payload::ExportSection(exports) => {
                for export in exports {
                    let export = export?;
                    match export.kind {
                        ExternalKind::Func | ExternalKind::FuncExact => {
                            let of = self.functions.get(export.index as usize).context("it exports no function")?;
                            let signature = self.signature(*of)?;
                            self.interface.functions.push((export.name.to_owned(), signature));
                        }
                        ExternalKind::Global => {
                            let of = self.globals.get(export.index as usize).context("it exports no global")?;
                            kind_of(*of)?;
                        }
                        ExternalKind::Tag => bail!(lacks("tag".into())),
                        ExternalKind::Table | ExternalKind::Memory => {}
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn import(&mut self, of: TypeRef) -> Result<ImportType> {
        Ok(match of {
            TypeRef::Func(ty) | TypeRef::FuncExact(ty) => {
                self.functions.push(ty);
                ImportType::Function(self.signature(ty)?)
            }
            TypeRef::Global(GlobalType { content_type, mutable, shared: false }) => {
                let of = Type::from(content_type);
                self.globals.push(of);
                ImportType::Global { kind: kind_of(of)?, mutable }
            }
            TypeRef::Table(TableType { element_type, table64: false, initial, maximum, shared: false }) => {
                let kind = match Type::from(ValType::Ref(element_type)) {
                    Type::FuncRef => kind::FUNCREF,
                    Type::ExternRef => kind::EXTERNREF,
                    other => bail!(lacks(format!("table of {other}"))),
                };
                ImportType::Table { kind, limits: limits(initial, maximum)? }
            }
            TypeRef::Memory(MemoryType { memory64: false, shared: false, initial, maximum, page_size_log2: None }) => {
                ImportType::Memory(limits(initial, maximum)?)
            }
            TypeRef::Tag(_) => bail!(lacks("tag".into())),
            TypeRef::Global(_) => bail!(lacks("shared global".into())),
            TypeRef::Table(_) => bail!(lacks("shared table, nor one of 64 bits".into())),
            TypeRef::Memory(_) => bail!(lacks("memory that is shared, of 64 bits, or of other pages".into())),
        })
    }

    /// The function type with an index; [`Unsupported`] if a host cannot hold all of its values.
    fn signature(&self, ty: u32) -> Result<Signature> {
        let signature = self.types.get(ty as usize).and_then(Option::as_ref);
        let signature = signature.context("the type of a function is none")?.clone();
        signature.parameters.iter().chain(&signature.results).try_for_each(|of| kind_of(*of).map(drop))?;
        Ok(signature)
    }
}

fn limits(initial: u64, maximum: Option<u64>) -> Result<SizeLimits> {
    let min = u32::try_from(initial)?;
    let max = u32::try_from(maximum.unwrap_or(u64::from(u32::MAX)))?;
    ensure!(min <= max, "its least size is above its most");
    Ok(SizeLimits { min, max })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<LibraryInterface> {
        LibraryInterface::read(&wat::parse_str(text).unwrap())
    }

    #[test]
    fn imports_and_exports_of_the_c_api_are_read_with_types() {
        let interface = read(
            r#"(module (import "a" "f" (func (param i32 f64) (result i64))) (import "a" "g" (global (mut f32)))
                (import "a" "t" (table 2 funcref)) (import "a" "m" (memory 1 3))
                (func (export "h") (param funcref) unreachable) (func (param v128)))"#,
        );
        let LibraryInterface { imports, functions } = interface.unwrap();
        let [f, g, t, m] = imports.as_slice() else { panic!("{imports:?}") };
        assert!(matches!(&f.of, ImportType::Function(of) if of.results == [Type::I64]));
        assert!(matches!(g.of, ImportType::Global { kind: kind::F32, mutable: true }));
        assert!(matches!(
            t.of,
            ImportType::Table { kind: kind::FUNCREF, limits: SizeLimits { min: 2, max: u32::MAX } }
        ));
        assert!(matches!(m.of, ImportType::Memory(SizeLimits { min: 1, max: 3 })));
        assert_eq!(functions[0].0, "h");
    }

    #[test]
    fn types_beyond_the_c_api_are_unsupported() {
        for text in [
            r#"(module (func (export "f") (param v128)))"#,
            r#"(module (import "a" "f" (func (result externref))))"#,
            r#"(module (global (export "g") externref (ref.null extern)))"#,
            r#"(module (import "a" "m" (memory i64 1)))"#,
            r#"(module (import "a" "m" (memory 1 1 shared)))"#,
            r#"(module (import "a" "t" (tag)))"#,
            r#"(module (tag (export "t")))"#,
        ] {
            assert!(read(text).unwrap_err().is::<Unsupported>(), "{text}");
        }
        assert!(!LibraryInterface::read(b"\0asm\x01\0\0\0\x01").unwrap_err().is::<Unsupported>());
    }
}
