//! The model of every messenger, once: people, lines, dialogs, messages, acts; the phone and the other pages; faults;
//! the sender of webhooks. Nothing here depends on a messenger: what differs is behind [`Wire`].
//!
//! ```text
//! clock  id  call  outbox  model  act  faults  look   data
//! running                                             the lock and the server under all of it, also under amoCRM
//! wire                                                what a messenger gives, and the core in which it runs
//! perform  sender  serve                              acts ─▶ model ─▶ webhooks;  calls ─▶ faults ─▶ wire
//! view  pages  simulator                              what people, programs and tests see
//! ```

mod act;
mod call;
mod clock;
mod faults;
mod id;
pub(crate) mod image;
mod json;
mod look;
mod model;
mod outbox;
mod pages;
mod perform;
mod rates;
mod running;
mod sender;
mod serve;
mod simulator;
mod view;
mod wire;

pub use act::{Act, ActWord, Content, Done, Given, Kind, Sample, Verb};
pub use call::{Answer, Call, CallView, Named, Part};
pub(crate) use clock::options;
pub use clock::{Now, system_clock};
pub use faults::{Breaks, Fault, FaultWords, Faults, Gate, HookFault};
pub use id::Id;
pub use look::{Language, Look, PLAIN, Visit, Words};
pub use model::{
    Activity, Author, Button, Dialog, DialogKind, File, Line, Message, Notice, Person, State, Subscription, Upload,
    vcard,
};
pub use outbox::{Hook, HookState, Outbox, Policy, Post, Reply, signature};
pub use pages::{Asked, Code, CodeFault, Consent, ConsentChoice, Decision, Frame, decision, page_of, returned};
pub use perform::write;
pub use simulator::{Customer, NewPerson, Simulator};
pub use view::{FileView, LineView, MessageView};
pub use wire::{Core, Event, Handlers, Wire};

pub(crate) use call::{cut, ensure};
pub(crate) use json::{extend, list, text_of};
pub(crate) use pages::{Piece, asset, events, page_by, pieces, trouble_page};
pub(crate) use rates::Budgets;
pub(crate) use running::{Server, Shared, locked, woken};
pub(crate) use wire::{client, download};
