//! The page around every page: header, menu, banners, footer. One template, so that all three faces
//! look and behave alike.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use tais_proto::{Pillar, Position, Role};
use time::OffsetDateTime;

use crate::assets;
use crate::frame::Frame;
use crate::language::{Arg, Language, Texts};

/// The places of the main menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NavItem {
    /// `/`: the consolidated page.
    Overview,
    /// `/activities`.
    Activities,
    /// `/commitments`.
    Commitments,
    /// `/indicators`.
    Indicators,
    /// `/obligations`.
    Obligations,
    /// `/forum`.
    Forum,
    /// `/apsc`, `/aec`, `/ascc`: shown to the correspondent of the pillar.
    MyPillar(Pillar),
    /// `/desk`: shown to who decides there.
    Desk,
    /// `/audit`.
    History,
    /// `/accounts`: shown to administrators.
    Accounts,
    /// `/keys`: shown to administrators.
    Keys,
}

/// The page shows the record as it stood at a position.
#[derive(Clone, Debug)]
pub struct Frozen {
    /// The last position that counts.
    pub position: Position,
    /// The day of that position, written out in the reader's language.
    pub date: String,
    /// The same page on the latest record.
    pub latest_url: String,
}

/// Which part of the log the page was made from: told at the foot.
#[derive(Clone, Debug, Default)]
pub struct Place {
    /// The last position that counts, or `None` while nothing is recorded.
    pub position: Option<Position>,
    /// When that entry was recorded.
    pub recorded_at: Option<OffsetDateTime>,
    /// The tree's root at that position, shortened for reading.
    pub root: Option<String>,
    /// Where this can be verified.
    pub verify_url: Option<String>,
}

/// What a notice means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Something to know.
    Plain,
    /// Something was done.
    Good,
    /// Something is wrong; read out at once.
    Warn,
}

impl Tone {
    const fn class(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Good => "good",
            Self::Warn => "warn",
        }
    }

    const fn is_alert(self) -> bool {
        matches!(self, Self::Warn)
    }
}

/// One notice above the page's content.
#[derive(Clone, Debug)]
pub struct Notice {
    /// What it means.
    pub tone: Tone,
    /// What it says: plain text.
    pub text: String,
}

/// A whole page. Make it with [`Page::new`], then set what else it has.
#[derive(Debug)]
pub struct Page {
    /// The reader, the language and the form token of this request.
    pub frame: Frame,
    /// The title, as plain text.
    pub title: String,
    /// Which item of the menu it stands under.
    pub current: Option<NavItem>,
    /// The content of `<main>`: HTML, escaped already (the output of a template).
    pub body: String,
    /// Set when an older record is shown.
    pub frozen: Option<Frozen>,
    /// The part of the log it was made from.
    pub place: Option<Place>,
    /// Notices above the content.
    pub notices: Vec<Notice>,
    /// More for `<head>`: HTML, escaped already. No inline script or style: the policy forbids them.
    pub head_extra: String,
    /// The address of server-sent events whose ids are positions; regions marked `data-live="name"`
    /// are then kept up to date. A frozen page ignores it.
    pub live: Option<String>,
    /// The status of the answer.
    pub status: StatusCode,
}

impl Page {
    /// A page with its title (plain text) and its content (HTML, escaped already).
    #[must_use]
    pub fn new(frame: &Frame, title: impl Into<String>, body: impl Into<String>) -> Self {
        Self {
            frame: frame.clone(),
            title: title.into(),
            current: None,
            body: body.into(),
            frozen: None,
            place: None,
            notices: Vec::new(),
            head_extra: String::new(),
            live: None,
            status: StatusCode::OK,
        }
    }

    /// The same page under an item of the menu.
    #[must_use]
    pub fn under(mut self, item: NavItem) -> Self {
        self.current = Some(item);
        self
    }

    /// The page as HTML.
    ///
    /// # Errors
    /// When the template cannot be written out, which only lack of memory can cause.
    pub fn render(&self) -> Result<String, askama::Error> {
        Layout::of(self).render()
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let language = HeaderValue::from_static(self.frame.texts.language().tag());
        match self.render() {
            Ok(html) => {
                let headers = [
                    (header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache")),
                    (header::CONTENT_LANGUAGE, language),
                    (header::VARY, HeaderValue::from_static("cookie, accept-language")),
                ];
                (self.status, headers, Html(html)).into_response()
            }
            Err(error) => {
                tracing::error!(%error, title = self.title, "the page could not be written out");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }
}

struct MenuLink {
    url: String,
    text: String,
    current: bool,
}

struct LanguageLink {
    url: String,
    language: Language,
    current: bool,
}

#[derive(Template)]
#[template(path = "base.html")]
struct Layout<'a> {
    page: &'a Page,
    t: Texts,
    css: &'static str,
    js: &'static str,
    sans: &'static str,
    live: Option<&'a str>,
    languages: Vec<LanguageLink>,
    menu: Vec<MenuLink>,
    sign_in: String,
    signed_in_as: String,
    frozen_says: String,
    made_from: String,
    recorded: String,
    updated: String,
}

impl<'a> Layout<'a> {
    fn of(page: &'a Page) -> Self {
        let t = page.frame.texts;
        let place = page.place.clone().unwrap_or_default();
        Self {
            page,
            t,
            css: assets::url("tais.css"),
            js: assets::url("tais.js"),
            sans: assets::url("source-sans-3.woff2"),
            live: page.live.as_deref().filter(|_| page.frozen.is_none()),
            languages: language_links(&page.frame),
            menu: menu(page),
            sign_in: format!("/sign-in?next={}", page.frame.here.as_parameter()),
            signed_in_as: page.frame.signed_in.as_ref().map(|person| person.describe(t)).unwrap_or_default(),
            frozen_says: page.frozen.as_ref().map(|frozen| frozen_says(t, frozen)).unwrap_or_default(),
            made_from: made_from(t, place.position),
            recorded: place.recorded_at.map(|at| recorded(t, at)).unwrap_or_default(),
            updated: t.with("shell-updated", &[("position", Arg::from("%"))]),
        }
    }
}

fn frozen_says(t: Texts, frozen: &Frozen) -> String {
    let values = [("date", Arg::from(&frozen.date)), ("position", Arg::from(frozen.position.0))];
    t.with("shell-frozen", &values)
}

fn made_from(t: Texts, position: Option<Position>) -> String {
    match position {
        Some(position) => t.with("footer-upto", &[("position", Arg::from(position.0))]),
        None => t.get("footer-empty"),
    }
}

fn recorded(t: Texts, at: OffsetDateTime) -> String {
    t.with("footer-recorded", &[("time", Arg::from(t.format_time(at)))])
}

/// Links to the other languages; none while there is only one, which is no choice.
fn language_links(frame: &Frame) -> Vec<LanguageLink> {
    let spoken = frame.texts.language();
    let links: Vec<_> = Language::offered()
        .map(|language| LanguageLink {
            url: format!("/language/{}?next={}", language.tag(), frame.here.as_parameter()),
            language,
            current: language == spoken,
        })
        .collect();
    if links.len() > 1 { links } else { Vec::new() }
}

fn menu(page: &Page) -> Vec<MenuLink> {
    let administers = page.frame.signed_in.as_ref().is_some_and(|person| person.role == Role::Administrator);
    let mut items = Vec::new();
    // An administrator is over accounts and keys, not over content.
    if !administers || page.frame.sample {
        items.extend([NavItem::Overview, NavItem::Activities]);
        items.extend([NavItem::Commitments, NavItem::Indicators, NavItem::Obligations, NavItem::Forum]);
    }
    let person = page.frame.signed_in.as_ref().filter(|person| person.role == Role::Correspondent);
    items.extend(person.and_then(|person| person.pillar).map(NavItem::MyPillar));
    let decides = |role| matches!(role, Role::Director | Role::Office);
    if page.frame.signed_in.as_ref().is_some_and(|person| decides(person.role)) {
        items.push(NavItem::Desk);
    }
    if !administers || page.frame.sample {
        items.push(NavItem::History);
    }
    if administers {
        items.extend([NavItem::Accounts, NavItem::Keys]);
    }
    let t = page.frame.texts;
    items.into_iter().map(|item| menu_link(t, item, page.current == Some(item))).collect()
}

fn menu_link(t: Texts, item: NavItem, current: bool) -> MenuLink {
    let (url, text) = match item {
        NavItem::Overview => ("/".to_owned(), t.get("nav-overview")),
        NavItem::Activities => ("/activities".to_owned(), t.get("nav-activities")),
        NavItem::Commitments => ("/commitments".to_owned(), t.get("nav-commitments")),
        NavItem::Indicators => ("/indicators".to_owned(), t.get("nav-indicators")),
        NavItem::Obligations => ("/obligations".to_owned(), t.get("nav-obligations")),
        NavItem::Forum => ("/forum".to_owned(), t.get("nav-forum")),
        NavItem::MyPillar(pillar) => {
            let name = pillar.code().to_uppercase();
            (format!("/{}", pillar.code()), t.with("nav-my-pillar", &[("pillar", Arg::from(name))]))
        }
        NavItem::Desk => ("/desk".to_owned(), t.get("nav-desk")),
        NavItem::Accounts => ("/accounts".to_owned(), t.get("accounts-title")),
        NavItem::Keys => ("/keys".to_owned(), t.get("keys-title")),
        NavItem::History => ("/audit".to_owned(), t.get("nav-history")),
    };
    MenuLink { url, text, current }
}
