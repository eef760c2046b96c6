//! Message templates, stored in amoCRM only (crm-api §6): it is queried each time. Our token sees only those that
//! were created here.
//!
//! ```text
//! plain:    created ─▶ usable, editable
//! WhatsApp: draft ─▶ review (one per source with official WhatsApp) ─▶ approved · rejected · paused: locked, copied
//! to edit
//! ```

mod actions;
mod call;
mod draft;
mod review;
mod view;

pub use actions::{change, create, for_review, remove};
pub use draft::{TemplateDraft, markers, sources};
pub use review::{ALARM, look};
pub use view::{Review, ShownButton, TemplateState, TemplateView, find, list};
