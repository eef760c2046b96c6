//! Message templates. amoCRM stores them (crm-api §6); pages show a cached copy (`known.rs`), actions call amoCRM. Our
//! token can access only templates created with it. For templates that a messenger reviews, the registry stores the
//! state of the review on both sides.
//!
//! ```text
//! plain:    created ─▶ usable, editable
//! WhatsApp: draft ─▶ review (one per source with official WhatsApp) ─▶ approved · rejected · paused: locked, copied
//! to edit
//! review:   amoCRM's hook ─▶ registry ─▶ submitted at the messenger ─▶ its decision ─▶ reported to amoCRM
//! ```

mod actions;
mod alerts;
mod call;
mod draft;
mod example;
mod known;
mod marker;
mod registry;
mod review;
mod sample;
mod spec;
mod stage;
mod tell;
mod view;
mod work;

pub use actions::{change, create, for_review, remove};
pub use draft::{TemplateDraft, reviews, sources};
pub use example::example;
pub use known::{known, known_one};
pub use marker::{is_filled_in, markers};
pub use registry::KIND;
pub use registry::{by_id, decide, named, of_source, page, registered, reported, requested, usable};
pub use review::look;
pub use spec::Spec;
pub use stage::Stage;
pub use view::{Review, ShownButton, TemplateState, TemplateView, find, list};
pub use work::{go_on, soon};
