//! Channels of a stored integration: added, changed and removed.

use actix_web::web;
use base::config::{Channel, Integration};
use base::error::{Error, Result};
use domain::identity::{EmptyForm, Fields, Form};
use serde_json::Value;

use super::fields::{self, CHANNEL};
use super::wrong::{self, FieldErrors};
use super::{FormPage, HERE, address, load, removal, saved, sent, set};
use crate::admin::channels::connected;
use crate::admin::operator::{AdminVisitor, Operator};
use crate::panel::fields::draw;
use crate::panel::{Answer, AppData, PanelContext, html};

/// The form of a new one.
pub async fn new(app: AppData, Operator(visitor): Operator, name: web::Path<String>) -> Answer {
    let one = load(&app, &name).await?;
    show(&visitor, &one, None, &fields::channel_shown(&Channel::blank()), Vec::new())
}

/// Adds one.
pub async fn make(app: AppData, Operator(visitor): Operator, name: web::Path<String>, form: Form<Fields>) -> Answer {
    let mut one = load(&app, &name).await?;
    one.channels.push(Channel::blank());
    let place = one.channels.len() - 1;
    keep(&app, &visitor, one, place, true, &form).await
}

/// The form of one.
pub async fn edit(app: AppData, Operator(visitor): Operator, path: web::Path<(String, String)>) -> Answer {
    let (one, place) = find(&app, &path).await?;
    let channel = &one.channels[place];
    show(&visitor, &one, Some(channel), &fields::channel_shown(channel), Vec::new())
}

/// Changes one.
pub async fn change(
    app: AppData,
    Operator(visitor): Operator,
    path: web::Path<(String, String)>,
    form: Form<Fields>,
) -> Answer {
    let (one, place) = find(&app, &path).await?;
    keep(&app, &visitor, one, place, false, &form).await
}

/// Asks whether to remove one.
pub async fn ask_remove(app: AppData, Operator(visitor): Operator, path: web::Path<(String, String)>) -> Answer {
    let (one, place) = find(&app, &path).await?;
    let (words, channel) = (visitor.words, &one.channels[place]);
    let title = words.text("admin-channel-remove-question").with("title", channel.title.as_str());
    let page = visitor.page(title, HERE);
    let says = words.text("admin-channel-remove-says").with("count", connected(&app, channel).await?);
    let action = format!("{}/channels/{}/remove", address(&one.name), channel.id);
    html(&page, &removal(&page, says, action))
}

/// Removes one.
pub async fn remove(
    app: AppData,
    Operator(visitor): Operator,
    path: web::Path<(String, String)>,
    _form: Form<EmptyForm>,
) -> Answer {
    let (mut one, place) = find(&app, &path).await?;
    one.channels.remove(place);
    match set(&app, &visitor, &one).await? {
        Ok(()) => saved(&app, &visitor, ("integration.changed", &one.name)).await,
        Err(errors) => super::show(&visitor, Some(&one), &fields::shown(&one), errors),
    }
}

/// Stores the integration with what the form says of the channel at this place.
async fn keep(
    app: &PanelContext,
    visitor: &AdminVisitor,
    mut one: Integration,
    place: usize,
    is_new: bool,
    form: &Fields,
) -> Answer {
    let before = one.channels[place].clone();
    let known = (!is_new).then_some(&before);
    let settings = match sent(visitor, &CHANNEL, form, &fields::channel_shown(&before), !is_new)? {
        Ok(settings) => fields::with_connectors(settings, form),
        Err((settings, errors)) => {
            let settings = fields::with_connectors(settings, form);
            return show(visitor, &one, known, &settings, errors);
        }
    };
    if let Err(name) = fields::change_channel(&mut one.channels[place], &settings) {
        return show(visitor, &one, known, &settings, wrong::field(visitor.words, name));
    }
    match set(app, visitor, &one).await? {
        Ok(()) => saved(app, visitor, ("integration.changed", &one.name)).await,
        Err(errors) => show(visitor, &one, known, &settings, errors),
    }
}

fn show(
    visitor: &AdminVisitor,
    one: &Integration,
    known: Option<&Channel>,
    settings: &Value,
    errors: FieldErrors,
) -> Answer {
    let words = visitor.words;
    let title = match known {
        Some(channel) => words.text("admin-channel").with("title", channel.title.as_str()),
        None => words.text("admin-channel-new").with("name", one.name.as_str()),
    };
    let mut drawn = draw(words, &CHANNEL, settings, known.map(fields::channel_ends).as_ref(), &errors);
    fields::offer_connectors(words, &mut drawn, settings);
    fields::leave_out_previous(&mut drawn, known.map(|channel| channel.previous_secret.is_some()));
    let channels = format!("{}/channels", address(&one.name));
    let path = known.map(|channel| format!("{channels}/{}", channel.id));
    let form = FormPage {
        page: visitor.page(title, HERE),
        remove: path.as_ref().map(|path| format!("{path}/remove")).unwrap_or_default(),
        action: path.unwrap_or(channels),
        says: None,
        fields: drawn,
        errors,
    };
    form.answer()
}

async fn find(app: &PanelContext, (name, id): &(String, String)) -> Result<(Integration, usize)> {
    let one = load(app, name).await?;
    let place = one.channels.iter().position(|channel| channel.id == *id).ok_or(Error::NotFound)?;
    Ok((one, place))
}
