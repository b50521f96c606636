//! Renders a profile: the functions with a cell's instructions.
use std::fmt::Write;

use super::grid::Grid;
use super::terminal::heading;
use crate::catalog::benchmark::CellId;
use crate::sampling::instructions::{Function, Profiled};
use crate::units;

/// The legend of the tables.
pub const NOTES: &str = "self: in the function's own code; inclusive: with all that it calls; both are shares of all instructions\n\
                         [compiled at run time]: the guest's code and its trampolines; [no name]: a library without names\n\
                         note: instructions of the kernel are not counted; `-o FOLDER` keeps the files for KCachegrind";

/// The functions with the most instructions, for a terminal.
pub fn table(profiled: &Profiled, cell_id: &CellId, top: usize) -> String {
    let mut shown = heading(&profiled.label);
    let profile = match &profiled.outcome {
        Ok(profile) => profile,
        Err(reason) => return shown + &format!("no profile of {cell_id}: {reason}\n\n"),
    };
    let each = profile.total / profiled.iterations.max(1);
    let _ = writeln!(shown, "{cell_id}: {} instructions per iteration, of {}", units::count(each), profiled.iterations);
    let share = |count: u64| format!("{:.1} %", 100.0 * count as f64 / profile.total.max(1) as f64);
    let mut grid = Grid::new(["self", "inclusive", "function"]);
    for function in profile.functions.iter().take(top) {
        grid.row([share(function.own), share(function.inclusive), name(function)]);
    }
    shown += &grid.terminal();
    let rest = profile.functions.iter().skip(top);
    let own: u64 = rest.clone().map(|function| function.own).sum();
    if own > 0 {
        let _ = writeln!(shown, "{} in {} other functions", share(own), rest.count());
    }
    shown + "\n"
}

/// The limit of a displayed name.
const LONGEST: usize = 100;

fn name(function: &Function) -> String {
    match &function.name {
        Some(name) if name.chars().count() > LONGEST => {
            format!("{}...", name.chars().take(LONGEST).collect::<String>())
        }
        Some(name) => name.clone(),
        None => match function.object.rsplit('/').next() {
            Some(object) if object != "???" => format!("[no name] {object}"),
            _ => "[compiled at run time]".into(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sampling::instructions::Profile;

    #[test]
    fn shares_are_of_all_instructions_and_the_rest_has_a_row() {
        let function = |name: Option<&str>, own, inclusive| Function {
            name: name.map(str::to_owned),
            object: name.map_or("???", |_| "/bin/a").into(),
            own,
            inclusive,
        };
        let functions = vec![
            function(Some("_Unwind_Find_FDE"), 600, 600),
            function(None, 300, 1000),
            function(Some("malloc"), 100, 100),
        ];
        let profiled =
            Profiled { label: "cranelift".into(), iterations: 2, outcome: Ok(Profile { total: 1000, functions }) };
        let shown = table(&profiled, &"unwind/typed".parse().unwrap(), 2);
        let shown = anstream::adapter::strip_str(&shown).to_string();
        assert!(shown.contains("unwind/typed: 500 instructions per iteration, of 2"), "{shown}");
        assert!(shown.contains("60.0 %  60.0 %     _Unwind_Find_FDE"), "{shown}");
        assert!(shown.contains("30.0 %  100.0 %    [compiled at run time]"), "{shown}");
        assert!(shown.contains("10.0 % in 1 other functions"), "{shown}");
        let none = Profiled { outcome: Err("it is about threads".into()), ..profiled };
        assert!(table(&none, &"unwind/typed".parse().unwrap(), 2).contains("no profile of unwind/typed: it is about"));
    }
}
