//! Message templates. amoCRM stores them (crm-api §6); pages show a cached copy (`view.rs`), actions call amoCRM. Our
//! token can access only templates created with it. For templates that a messenger reviews, the registry stores the
//! state of the review on both sides.
//!
//! ```text
//! plain:    created ─▶ usable, editable
//! WhatsApp: draft ─▶ review (one per source with official WhatsApp) ─▶ approved · rejected · paused: locked, copied
//! to edit
//! before:   approved at the messenger before Parom saw it ─▶ matched ─▶ registry (`bring.rs`)
//! review:   amoCRM's hook ─▶ registry ─▶ submitted at the messenger ─▶ its decision ─▶ reported to amoCRM
//! ```

mod bring;
mod fill;
mod registry;
mod spec;
mod view;
mod work;

pub use bring::{
    BroughtIn, Counterpart, ExpectedTemplates, TemplateMatch, adopt, bring_all, bring_in, compared, daily, draft_of,
    expected, has_reviews,
};
pub use fill::{FilledTemplate, Unsendable, fill};
pub use registry::{KIND, Stage, apply, by_id, named, of_source, page, registered, reported, requested, usable};
pub use spec::{Spec, is_filled_in, markers};
pub use view::{
    Review, ShownButton, TemplateDraft, TemplateState, TemplateView, change, create, find, for_review, known,
    known_one, list, look, remove, reviews, sources,
};
pub use work::{example, go_on, soon};
