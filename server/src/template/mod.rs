//! Message templates, stored in amoCRM only (crm-api §6): it is queried each time. Our token sees only those that
//! were created here.
//!
//! ```text
//! plain:    created ─▶ usable, editable
//! WhatsApp: draft ─▶ review (one per source with official WhatsApp) ─▶ approved · rejected · paused: locked, copied
//! to edit
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
