//! Replaces the generated part of a page in `docs/`.
use std::fs;

use anyhow::{Context, Result};

/// Replaces what stands on a page of `docs/` between the line `<!-- WHAT begin: written by examples/EXAMPLE.rs -->` and the
/// line `<!-- WHAT end -->`.
///
/// # Errors
/// When the page cannot be read or written, or lacks one of the lines.
pub(crate) fn replace(page: &str, what: &str, example: &str, generated: &str) -> Result<()> {
    let file = format!("{}/docs/{page}", env!("CARGO_MANIFEST_DIR"));
    let (begin, end) =
        (format!("<!-- {what} begin: written by examples/{example}.rs -->\n"), format!("<!-- {what} end -->\n"));
    let text = fs::read_to_string(&file)?;
    let (before, rest) = text.split_once(&begin).with_context(|| format!("{page} has no place for {what}"))?;
    let (_, after) = rest.split_once(&end).with_context(|| format!("the {what} of {page} have no end"))?;
    Ok(fs::write(file, format!("{before}{begin}{generated}{end}{after}"))?)
}
