//! The state that this module needs.

use std::sync::Arc;

use base::pace::Paces;
use uuid::Uuid;

use crate::intake::IntakeContext;
use crate::platform::stands_on;

/// What the search for missed hooks needs.
pub struct HolesContext {
    pub intake: Arc<IntakeContext>,
    /// Rate limits for reading histories, by account and channel.
    pub paces: Paces<(Uuid, Uuid)>,
}

stands_on!(HolesContext, intake: IntakeContext);
