//! The pipelines of an account, as pages show them.

use std::sync::Arc;

use amocrm::rest::Pipeline;
use base::error::Result;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::crm_copy::{self, CrmItem, Known};
use super::mirror;
use crate::source::SourceContext;

/// A pipeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownPipeline {
    pub id: i64,
    pub name: String,
    /// In amoCRM's archive: not offered.
    pub archived: bool,
}

impl From<&Pipeline> for KnownPipeline {
    fn from(pipeline: &Pipeline) -> Self {
        Self { id: pipeline.id, name: pipeline.name.clone(), archived: pipeline.is_archive }
    }
}

impl CrmItem for KnownPipeline {
    const NAME: &'static str = "pipelines";

    async fn ask(app: Arc<SourceContext>, tenant_id: Uuid) -> Result<()> {
        // What was read is kept.
        mirror::every_pipeline(&app, tenant_id).await.map(|_| ()).map_err(mirror::as_error)
    }
}

/// The account's pipelines without waiting for amoCRM; `None` if it never gave them. `asks`: an old list is asked for.
pub async fn known_pipelines(
    app: &Arc<SourceContext>,
    tenant_id: Uuid,
    asks: bool,
) -> Result<Option<Known<KnownPipeline>>> {
    if asks { crm_copy::known(app, tenant_id).await } else { crm_copy::stored(app, tenant_id).await }
}
