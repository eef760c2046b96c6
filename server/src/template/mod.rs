//! Templates of messages as amoCRM keeps them (crm-api §6): it is asked each time, nothing of them is kept here. Our token
//! sees only those that were made here.
//!
//! ```text
//! plain:    made ─▶ usable, editable
//! WhatsApp: draft ─▶ review (one a source with official WhatsApp) ─▶ approved · rejected · paused: locked, copied to edit
//! ```

mod call;
mod deed;
mod draft;
mod look;
mod shown;

pub use deed::{change, create, for_review, remove};
pub use draft::{Draft, markers, sources};
pub use look::{ALARM, look};
pub use shown::{Button, Review, State, Template, find, list};
