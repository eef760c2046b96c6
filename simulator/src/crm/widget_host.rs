//! Loading and storing the widgets of integrations.

use anyhow::{Context, Result};

use crate::crm::{
    config::{WidgetArchive, WidgetConfig},
    core::Core,
    widget::Widget,
};

/// Uploads a widget of an integration, replacing the previous one.
pub(crate) fn upload(core: &Core, integration: &str, code: &str, zip: &[u8]) -> Result<()> {
    let known =
        core.integration_named(integration).with_context(|| format!("no integration is named {integration}"))?;
    let widget = Widget::load(code, zip)?;
    core.change(|state| state.widgets.insert(known.client_id.clone(), widget.into()));
    Ok(())
}

/// Uploads the configured widgets.
pub(crate) fn upload_configured(core: &Core, widgets: Vec<WidgetConfig>) -> Result<()> {
    for widget in widgets {
        let zip = match widget.archive {
            WidgetArchive::Bytes(bytes) => bytes,
            WidgetArchive::Path(path) => {
                std::fs::read(&path).with_context(|| format!("the widget archive {} can't be read", path.display()))?
            }
        };
        upload(core, &widget.integration, &widget.code, &zip)
            .with_context(|| format!("the widget archive of {}", widget.integration))?;
    }
    Ok(())
}
