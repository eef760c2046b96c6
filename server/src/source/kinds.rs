//! The kinds of sources available to an account, as data for the wizard, the widget and the capability card.

use connectors::{Abilities, Field};
use entity::tenant;
use uuid::Uuid;

use crate::source::SourceContext;
use crate::tenant as tenants;

/// A kind that can be created now. Its texts are `connector-{kind}` and `connector-{kind}-about`.
#[derive(Clone, Debug)]
pub struct SourceKind {
    pub kind: &'static str,
    /// Channels that serve it, with their titles; with more than one the user must choose.
    pub channels: Vec<(Uuid, String)>,
    /// The fields to ask for; values go into `settings` under the fields' names.
    pub fields: &'static [Field],
    pub abilities: &'static Abilities,
}

/// The kinds whose connector is built in and for which the account's integration has a channel, as far as the account's plan has
/// them, in the order in which
/// they are offered. Empty if the integration is no longer configured.
pub fn kinds(app: &SourceContext, tenant: &tenant::Model) -> Vec<SourceKind> {
    let Ok(integration) = tenants::integration(&app.tenants, tenant) else { return Vec::new() };
    let kinds = app
        .connectors
        .kinds()
        .filter(|kind| tenants::plan::allows(&app.config, tenant, kind))
        .filter_map(|kind| Some((kind, app.connectors.get(kind)?)));
    let mut kinds: Vec<_> = kinds
        .filter_map(|(kind, connector)| {
            let serving =
                integration.channels.iter().filter(|channel| channel.connectors.iter().any(|one| one == kind));
            let channels: Vec<_> = serving
                .filter_map(|channel| Some((Uuid::parse_str(&channel.id).ok()?, channel.title.clone())))
                .collect();
            let abilities = connector.abilities();
            (!channels.is_empty()).then_some(SourceKind { kind, channels, fields: connector.fields(), abilities })
        })
        .collect();
    kinds.sort_by_key(|kind| connectors::kinds::place(kind.kind));
    kinds
}
