//! Integrations that are made, changed and paused while the server runs. Those of the configuration file come first and
//! are changed only there.
//!
//! ```text
//! parom integration set ─▶ change ─▶ table `integration` (sealed) ─▶ run, in every process ─▶ PlatformContext::integrations
//! [[integration]] of the file ─────────────────────────────────────────────────────────────▶
//! ```

mod change;
mod follow;
mod list;

pub use change::{IntegrationRefused, MadeOrChanged, pause, remove, set};
pub use follow::{in_use, load, run, use_file};
pub use list::{ListedIntegration, list};
