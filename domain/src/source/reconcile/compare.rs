//! The comparison itself: two lists in, differences out.

use std::collections::HashSet;

use amocrm::rest::{Pipeline, Service, Source};
use entity::source;
use uuid::Uuid;

use super::{DELETED_IN_CRM, PIPELINE_ARCHIVED, Reconciled};

/// The data from amoCRM.
pub struct Theirs<'crm> {
    pub sources: &'crm [Source],
    /// Including archived ones. Empty if unavailable; then nothing is concluded.
    pub pipelines: &'crm [Pipeline],
}

/// External ids and amoCRM's ids of sources deleted here.
pub type Buried = [(String, i64)];

/// Differences of a source that both sides have, with amoCRM's values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub source_id: Uuid,
    pub amocrm_source_id: i64,
    pub name: Option<String>,
    pub pipeline_id: Option<i64>,
    pub default: Option<bool>,
    /// The new reason, if it changes; empty if the problem is gone.
    pub reason: Option<&'static str>,
    /// amoCRM's services differ from ours.
    pub services: bool,
}

impl Difference {
    /// True if there is something to show people.
    fn is_visible(&self) -> bool {
        self.name.is_some() || self.pipeline_id.is_some() || self.default.is_some()
    }

    fn is_one(&self, source: &source::Model) -> bool {
        let same_id = self.amocrm_source_id == source.amocrm_source_id;
        self.is_visible() || self.reason.is_some() || self.services || !same_id
    }
}

/// A source at amoCRM that is not ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stray {
    pub source: Source,
    /// `own_default` or `unknown`.
    pub reason: &'static str,
}

/// All differences.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceDifferences {
    pub missing: Vec<Uuid>,
    pub differences: Vec<Difference>,
    /// None if amoCRM's list was not read; known strays are then kept.
    pub strays: Option<Vec<Stray>>,
    /// amoCRM's ids of sources that exist there but are deleted here.
    pub buried: Vec<i64>,
}

impl SourceDifferences {
    /// One source that a refused change showed to be missing.
    pub fn missing(source: &source::Model) -> Self {
        Self { missing: vec![source.id], ..Self::default() }
    }

    pub fn counts(&self) -> Reconciled {
        Reconciled {
            missing: self.missing.len(),
            changed: self.differences.iter().filter(|difference| difference.is_visible()).count(),
            strays: self.strays.as_ref().map_or(0, Vec::len),
        }
    }
}

/// Compares. `reserved`: our external ids, including those of sources being created. `code`: the widget's, which is
/// the external id of the source that amoCRM creates by itself.
pub fn compare(
    ours: &[source::Model],
    theirs: &Theirs<'_>,
    reserved: &[String],
    buried: &Buried,
    code: Option<&str>,
) -> SourceDifferences {
    let mut found = SourceDifferences { strays: Some(Vec::new()), ..SourceDifferences::default() };
    for source in ours {
        let same = theirs.sources.iter().find(|one| one.external_id.as_deref() == Some(&source.external_id));
        match same {
            None => found.missing.push(source.id),
            Some(theirs_one) => {
                let difference = differ(source, theirs_one, theirs.pipelines);
                found.differences.extend(Some(difference).filter(|difference| difference.is_one(source)));
            }
        }
    }
    let known: HashSet<&str> =
        ours.iter().map(|source| source.external_id.as_str()).chain(reserved.iter().map(String::as_str)).collect();
    for one in theirs.sources {
        let external_id = one.external_id.as_deref().unwrap_or_default();
        if known.contains(external_id) {
            continue;
        }
        // A creation with an unknown outcome left no amoCRM id.
        let was_ours = |(name, id): &(String, i64)| *id == one.id || (*id == 0 && name == external_id);
        if buried.iter().any(was_ours) {
            found.buried.push(one.id);
        } else {
            let own = code.is_some_and(|code| code == external_id);
            let reason = if own { "own_default" } else { "unknown" };
            found.strays.get_or_insert_default().push(Stray { source: one.clone(), reason });
        }
    }
    found
}

fn differ(ours: &source::Model, theirs: &Source, pipelines: &[Pipeline]) -> Difference {
    let pipeline_id = theirs.pipeline_id.unwrap_or(ours.pipeline_id);
    let archived = !pipelines.is_empty()
        && pipelines.iter().find(|pipeline| pipeline.id == pipeline_id).is_none_or(|pipeline| pipeline.is_archive);
    let shown = ours.status_reason.as_str();
    let reason = match (archived, shown) {
        (true, PIPELINE_ARCHIVED) => None,
        // A more serious reason is not overwritten.
        (true, "" | DELETED_IN_CRM) => Some(PIPELINE_ARCHIVED),
        (false, DELETED_IN_CRM | PIPELINE_ARCHIVED) => Some(""),
        _ => None,
    };
    Difference {
        source_id: ours.id,
        amocrm_source_id: theirs.id,
        name: (!theirs.name.is_empty() && theirs.name != ours.name).then(|| theirs.name.clone()),
        pipeline_id: (pipeline_id != ours.pipeline_id).then_some(pipeline_id),
        default: (theirs.default != ours.is_default).then_some(theirs.default),
        reason,
        services: services_differ(&ours.services, &theirs.services),
    }
}

/// Switches that amoCRM omits count as off.
fn services_differ(ours: &str, theirs: &[Service]) -> bool {
    let Ok(ours) = serde_json::from_str::<Vec<Service>>(ours) else { return false };
    let plain = |service: &Service| {
        let on = |switch: Option<bool>| switch.unwrap_or(false);
        let mut pages: Vec<_> = service.pages.iter().map(|page| (&page.id, &page.name, &page.link)).collect();
        pages.sort_unstable();
        let pages: Vec<_> = pages.into_iter().map(|(id, name, link)| format!("{id}\n{name}\n{link}")).collect();
        (service.kind.clone(), on(service.params.waba), on(service.params.is_supports_list_message), pages)
    };
    let sorted = |services: &[Service]| {
        let mut all: Vec<_> = services.iter().map(plain).collect();
        all.sort_unstable();
        all
    };
    sorted(&ours) != sorted(theirs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours(external_id: &str, id: u128) -> source::Model {
        source::Model {
            id: Uuid::from_u128(id),
            external_id: external_id.into(),
            pipeline_id: 7,
            ..crate::source::tests::source("working", false)
        }
    }

    fn theirs(external_id: &str, id: i64) -> Source {
        Source {
            id,
            external_id: Some(external_id.into()),
            name: "Support".into(),
            pipeline_id: Some(7),
            default: false,
            origin_code: None,
            services: Vec::new(),
        }
    }

    fn pipelines() -> Vec<Pipeline> {
        let pipeline =
            |id, is_archive| Pipeline { id, name: String::new(), is_main: id == 7, is_archive, stages: Vec::new() };
        vec![pipeline(7, false), pipeline(8, false), pipeline(9, true)]
    }

    fn found(ours: &[source::Model], sources: &[Source]) -> SourceDifferences {
        let pipelines = pipelines();
        compare(ours, &Theirs { sources, pipelines: &pipelines }, &["new".into()], &[], Some("parom"))
    }

    #[test]
    fn sources_gone_from_amocrm_are_missing_and_returned_ones_are_well() {
        assert_eq!(found(&[ours("a", 1), ours("b", 2)], &[theirs("b", 1)]).missing, [Uuid::from_u128(1)]);
        let back = source::Model { status_reason: DELETED_IN_CRM.into(), ..ours("a", 1) };
        let found = found(&[back], &[theirs("a", 55)]);
        assert_eq!((found.differences[0].reason, found.differences[0].amocrm_source_id), (Some(""), 55));
    }

    #[test]
    fn changes_by_a_user_in_amocrm_are_reported() {
        let there = Source { name: "Sales".into(), pipeline_id: Some(8), default: true, ..theirs("a", 1) };
        let found = found(&[ours("a", 1)], &[there]);
        let difference = &found.differences[0];
        assert_eq!((difference.name.as_deref(), difference.pipeline_id), (Some("Sales"), Some(8)));
        assert_eq!((difference.default, difference.reason, found.counts().changed), (Some(true), None, 1));
    }

    #[test]
    fn an_archived_or_vanished_pipeline_wants_attention() {
        for pipeline_id in [9, 1234] {
            let there = Source { pipeline_id: Some(pipeline_id), ..theirs("a", 1) };
            assert_eq!(found(&[ours("a", 1)], &[there]).differences[0].reason, Some(PIPELINE_ARCHIVED));
        }
        let known = source::Model { status_reason: PIPELINE_ARCHIVED.into(), ..ours("a", 1) };
        assert_eq!(found(&[known], &[theirs("a", 1)]).differences[0].reason, Some(""));
        let stopped = source::Model { status_reason: "access_refused: 401".into(), ..ours("a", 1) };
        let there = Source { pipeline_id: Some(9), ..theirs("a", 1) };
        assert_eq!(
            found(&[stopped], std::slice::from_ref(&there)).differences[0].reason,
            None,
            "the worse reason stays"
        );
        let silent = compare(&[ours("a", 1)], &Theirs { sources: &[there], pipelines: &[] }, &[], &[], None);
        assert_eq!(silent.differences[0].reason, None, "no pipelines prove nothing");
    }

    #[test]
    fn stray_sources_are_classified_by_the_widgets_code() {
        let found = found(&[], &[theirs("parom", 1), theirs("other", 2), theirs("new", 3)]);
        let strays: Vec<_> = found.strays.unwrap().into_iter().map(|stray| (stray.source.id, stray.reason)).collect();
        assert_eq!(strays, [(1, "own_default"), (2, "unknown")]);
    }

    #[test]
    fn a_source_deleted_here_is_no_stray() {
        let buried = [("gone".to_owned(), 5), ("unfinished".to_owned(), 0)];
        let sources = [theirs("gone", 5), theirs("unfinished", 6), theirs("gone", 7)];
        let found = compare(&[], &Theirs { sources: &sources, pipelines: &[] }, &[], &buried, None);
        assert_eq!(found.buried, [5, 6]);
        assert_eq!(found.strays.unwrap().len(), 1, "a foreign source under an old name of ours");
    }

    #[test]
    fn services_are_compared_by_what_they_mean() {
        let whatsapp: Service = serde_json::from_str(r#"{"type":"whatsapp","params":{"waba":true}}"#).unwrap();
        let full = r#"[{"type":"whatsapp","params":{"waba":true,"is_supports_list_message":false},"pages":[]}]"#;
        assert!(!services_differ(full, std::slice::from_ref(&whatsapp)));
        assert!(services_differ("[]", std::slice::from_ref(&whatsapp)));
        assert!(services_differ(full, &[]));
        assert!(!services_differ("damaged", &[]), "what cannot be read is not sent");
    }
}
