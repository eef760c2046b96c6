//! The one source that amoCRM creates by itself for an integration whose card has "multiple sources" off.

use serde_json::json;

use crate::crm::{
    config::IntegrationConfig,
    core::Core,
    state::{Account, Source},
};

/// The data for the single source of an integration whose card has "multiple sources" off.
pub(crate) struct SingleSource<'a> {
    integration: &'a IntegrationConfig,
    code: String,
    wanted: bool,
}

impl<'a> SingleSource<'a> {
    pub(crate) fn of(core: &Core, integration: &'a IntegrationConfig) -> Self {
        let client_id = &integration.client_id;
        let wanted = core.read(|state| {
            let lead_source = state.widgets.get(client_id).is_none_or(|widget| widget.is_in("lead_sources"));
            lead_source && state.single_source.contains(client_id)
        });
        Self { integration, code: core.widget_code(integration), wanted }
    }

    /// Enables the integration, which creates its source if due.
    pub(crate) fn activate(&self, account: &mut Account) {
        let installed = account.installed.entry(self.integration.client_id.clone()).or_default();
        if !std::mem::replace(&mut installed.active, true) {
            let pipeline_id = account.main_pipeline();
            self.make(account, pipeline_id);
        }
    }

    /// Creates the source in a pipeline, or moves the existing one: its external id is the widget code.
    pub(crate) fn make(&self, account: &mut Account, pipeline_id: i64) {
        if !self.wanted {
            return;
        }
        let client_id = &self.integration.client_id;
        let old = account.sources.iter_mut().find(|one| &one.client_id == client_id && one.external_id == self.code);
        match old {
            Some(source) => source.pipeline_id = pipeline_id,
            None => {
                let id = account.next_number();
                account.sources.push(Source {
                    id,
                    client_id: client_id.clone(),
                    name: self.integration.name.clone(),
                    external_id: self.code.clone(),
                    pipeline_id,
                    default: false,
                    origin_code: self.integration.channels.first().map(|channel| channel.code.clone()),
                    services: json!([]),
                });
            }
        }
    }
}
