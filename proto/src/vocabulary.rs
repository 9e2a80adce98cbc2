//! The closed vocabularies of the office's work: pillars, publishers, roles, kinds and counts.

use crate::wire::wire_enum;

wire_enum! {
    /// One of ASEAN's three communities, each with its national correspondent.
    Pillar {
        /// ASEAN Political-Security Community.
        Apsc = "PILLAR_APSC" / "apsc",
        /// ASEAN Economic Community.
        Aec = "PILLAR_AEC" / "aec",
        /// ASEAN Socio-Cultural Community.
        Ascc = "PILLAR_ASCC" / "ascc",
    }
}

wire_enum! {
    /// Who publishes events: three correspondents, the office, the auditors, and the log itself
    /// (genesis and refusals only).
    Publisher {
        /// The correspondent of the political-security pillar.
        Apsc = "PUBLISHER_APSC" / "apsc",
        /// The correspondent of the economic pillar.
        Aec = "PUBLISHER_AEC" / "aec",
        /// The correspondent of the socio-cultural pillar.
        Ascc = "PUBLISHER_ASCC" / "ascc",
        /// The Office for ASEAN Affairs: the Directorate and the Vice Minister's office.
        Office = "PUBLISHER_OFFICE" / "office",
        /// The auditors.
        Audit = "PUBLISHER_AUDIT" / "audit",
        /// The log: the genesis and the refusals, signed with the log's own key by the recorder.
        Log = "PUBLISHER_LOG" / "log",
    }
}

impl Publisher {
    /// The publishers that reach the bus; the log's own entries never travel over it.
    pub const ON_THE_BUS: &'static [Self] = &[Self::Apsc, Self::Aec, Self::Ascc, Self::Office, Self::Audit];

    /// The pillar whose correspondent this is, or `None` for the office, the auditors and the log.
    #[must_use]
    pub const fn pillar(self) -> Option<Pillar> {
        match self {
            Self::Apsc => Some(Pillar::Apsc),
            Self::Aec => Some(Pillar::Aec),
            Self::Ascc => Some(Pillar::Ascc),
            Self::Office | Self::Audit | Self::Log => None,
        }
    }
}

impl From<Pillar> for Publisher {
    fn from(pillar: Pillar) -> Self {
        match pillar {
            Pillar::Apsc => Self::Apsc,
            Pillar::Aec => Self::Aec,
            Pillar::Ascc => Self::Ascc,
        }
    }
}

wire_enum! {
    /// What an account may do. Granted and revoked by events of the registry.
    Role {
        /// Submits the updates of one pillar.
        Correspondent = "ROLE_CORRESPONDENT" / "correspondent",
        /// The General Directorate: returns and validates.
        Director = "ROLE_DIRECTOR" / "director",
        /// The Vice Minister's office: reads and acknowledges.
        Office = "ROLE_OFFICE" / "office",
        /// Reads everything, the security log included; changes nothing.
        Auditor = "ROLE_AUDITOR" / "auditor",
        /// Users and keys, no content.
        Administrator = "ROLE_ADMINISTRATOR" / "administrator",
    }
}

wire_enum! {
    /// The kinds of stream (aggregate) in the record.
    StreamKind {
        /// One activity of a pillar.
        Activity = "STREAM_KIND_ACTIVITY" / "activity",
        /// One commitment.
        Commitment = "STREAM_KIND_COMMITMENT" / "commitment",
        /// One indicator.
        Indicator = "STREAM_KIND_INDICATOR" / "indicator",
        /// The Women in Leadership and Diplomacy Forum.
        Forum = "STREAM_KIND_FORUM" / "forum",
        /// One report that is due.
        Obligation = "STREAM_KIND_OBLIGATION" / "obligation",
        /// One quarter's report to the Council of Ministers.
        Report = "STREAM_KIND_REPORT" / "report",
        /// One event that was signed properly and refused by a rule.
        Refusal = "STREAM_KIND_REFUSAL" / "refusal",
        /// Sign-ins, denials, exports and verifications.
        Security = "STREAM_KIND_SECURITY" / "security",
        /// The log's own registry: genesis, reference items, keys and roles.
        Registry = "STREAM_KIND_REGISTRY" / "registry",
    }
}

wire_enum! {
    /// What an activity is.
    ActivityKind {
        /// A meeting, formal or working.
        Meeting = "ACTIVITY_KIND_MEETING" / "meeting",
        /// A training.
        Training = "ACTIVITY_KIND_TRAINING" / "training",
        /// A workshop.
        Workshop = "ACTIVITY_KIND_WORKSHOP" / "workshop",
        /// A session of the Women in Leadership and Diplomacy Forum.
        ForumSession = "ACTIVITY_KIND_FORUM_SESSION" / "forum-session",
        /// A round of negotiation.
        Negotiation = "ACTIVITY_KIND_NEGOTIATION" / "negotiation",
        /// The adoption of a policy or plan.
        PolicyAdoption = "ACTIVITY_KIND_POLICY_ADOPTION" / "policy-adoption",
        /// A ratification or accession step.
        Ratification = "ACTIVITY_KIND_RATIFICATION" / "ratification",
        /// A mission or study visit.
        Mission = "ACTIVITY_KIND_MISSION" / "mission",
        /// Mentoring.
        Mentoring = "ACTIVITY_KIND_MENTORING" / "mentoring",
        /// Reporting to a body.
        Reporting = "ACTIVITY_KIND_REPORTING" / "reporting",
        /// A campaign, launch or public advocacy.
        Campaign = "ACTIVITY_KIND_CAMPAIGN" / "campaign",
    }
}

wire_enum! {
    /// How people met.
    Mode {
        /// In one place.
        InPerson = "MODE_IN_PERSON" / "in-person",
        /// Online.
        Online = "MODE_ONLINE" / "online",
        /// Both.
        Hybrid = "MODE_HYBRID" / "hybrid",
    }
}

wire_enum! {
    /// Whether an activity is known to have taken place. Absent where the source does not say.
    Occurrence {
        /// Announced; a plan is not yet a fact and is not counted.
        Planned = "OCCURRENCE_PLANNED" / "planned",
        /// It took place.
        Held = "OCCURRENCE_HELD" / "held",
    }
}

wire_enum! {
    /// How sure the source is of what it says.
    Confidence {
        /// The source states it.
        Stated = "CONFIDENCE_STATED" / "stated",
        /// Part of it, such as the year, is taken from the context.
        PartlyInferred = "CONFIDENCE_PARTLY_INFERRED" / "partly-inferred",
    }
}

wire_enum! {
    /// The OECD DAC gender equality policy marker. *Not screened* is its absence, never a score.
    GenderScore {
        /// 0: gender equality is not targeted.
        NotTargeted = "GENDER_SCORE_NOT_TARGETED" / "0",
        /// 1: gender equality is a significant objective.
        Significant = "GENDER_SCORE_SIGNIFICANT" / "1",
        /// 2: gender equality is the principal objective.
        Principal = "GENDER_SCORE_PRINCIPAL" / "2",
    }
}

impl GenderScore {
    /// Scores 1 and 2 both count as gender-focused; 2 is not "better" than 1.
    #[must_use]
    pub const fn is_gender_focused(self) -> bool {
        !matches!(self, Self::NotTargeted)
    }
}

wire_enum! {
    /// In what part somebody attended. Cells are disjoint: each attendance is counted once, in its
    /// most senior part.
    ParticipantRole {
        /// Took part.
        Participant = "PARTICIPANT_ROLE_PARTICIPANT" / "participant",
        /// Spoke or sat on a panel.
        Speaker = "PARTICIPANT_ROLE_SPEAKER" / "speaker",
        /// Facilitated or moderated.
        Facilitator = "PARTICIPANT_ROLE_FACILITATOR" / "facilitator",
        /// Led a delegation.
        HeadOfDelegation = "PARTICIPANT_ROLE_HEAD_OF_DELEGATION" / "head-of-delegation",
        /// Held the power to decide.
        DecisionMaker = "PARTICIPANT_ROLE_DECISION_MAKER" / "decision-maker",
    }
}

wire_enum! {
    /// Sex as it was reported. What was not reported at all is missing, not a value.
    Sex {
        /// Female.
        Female = "SEX_FEMALE" / "female",
        /// Male.
        Male = "SEX_MALE" / "male",
        /// Other, or chosen not to say.
        OtherOrUndisclosed = "SEX_OTHER_OR_UNDISCLOSED" / "other",
    }
}

wire_enum! {
    /// Age bands in use.
    AgeBand {
        /// Under 30.
        Under30 = "AGE_BAND_UNDER_30" / "under-30",
        /// 30 to 59.
        From30To59 = "AGE_BAND_30_TO_59" / "30-59",
        /// 60 and over.
        From60 = "AGE_BAND_60_AND_OVER" / "60-plus",
        /// Not known.
        Unknown = "AGE_BAND_UNKNOWN" / "unknown",
    }
}

wire_enum! {
    /// What a stated number is worth.
    Qualifier {
        /// Exactly this many.
        Exact = "QUALIFIER_EXACT" / "exact",
        /// This many or more ("over 90").
        AtLeast = "QUALIFIER_AT_LEAST" / "at-least",
        /// About this many ("nearly 300").
        About = "QUALIFIER_ABOUT" / "about",
    }
}

wire_enum! {
    /// Which way an indicator is meant to go.
    Direction {
        /// More is better.
        Rising = "DIRECTION_RISING" / "rising",
        /// Less is better.
        Falling = "DIRECTION_FALLING" / "falling",
    }
}

wire_enum! {
    /// Who held the key when an event was signed.
    Attestation {
        /// The person's own device.
        Person = "ATTESTATION_PERSON" / "person",
        /// A server, for a person at a web page. Never called more than that.
        Server = "ATTESTATION_SERVER" / "server",
    }
}

wire_enum! {
    /// How changes of keys and roles are decided.
    ChangeRule {
        /// Two people: one asks, another approves.
        TwoPeople = "CHANGE_RULE_TWO_PEOPLE" / "two-people",
    }
}
