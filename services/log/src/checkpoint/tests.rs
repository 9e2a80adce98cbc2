use tais_proto::entry::Recorded;
use tais_proto::{LeafHash, Position, Signed, SigningKey, Timestamp, entry_bytes};

use super::*;
use crate::proof::InclusionProof;

const ORIGIN: &str = "tais.example/tl";

fn log() -> SigningKey {
    SigningKey::from_seed(&[1; 32])
}

fn log_key() -> NoteKey {
    NoteKey::new(ORIGIN, KeyType::Log, log().public_key()).unwrap()
}

fn witness(seed: u8) -> (NoteKey, SigningKey) {
    let key = SigningKey::from_seed(&[seed; 32]);
    (NoteKey::new(&format!("witness.example/{seed}"), KeyType::Witness, key.public_key()).unwrap(), key)
}

fn checkpoint(size: u64, root: u8) -> SignedCheckpoint {
    Checkpoint { origin: ORIGIN.to_owned(), size, root: [root; 32] }.sign(&log()).unwrap()
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_micros(seconds * 1_000_000)
}

/// The example of the documentation of Go's note package, which the format comes from.
#[test]
fn a_published_key_verifies_its_published_note() {
    let written = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    let key: NoteKey = written.parse().unwrap();
    assert_eq!(key.to_string(), written);
    let text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
    let line = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
    let note = Note::from_bytes(format!("{text}\n{line}").as_bytes()).unwrap();
    let signature = Signature::from_bytes(line.trim_end().as_bytes()).unwrap();
    assert_eq!((signature.name(), signature.id()), (key.name(), key.id()));
    assert!(key.public_key().verify(note.text(), signature.signature().try_into().unwrap()));
    assert_eq!(SignedCheckpoint::parse(&note.to_bytes()), Err(CheckpointError::Format));
}

/// The example of tlog-checkpoint and tlog-cosignature.
#[test]
fn the_published_checkpoint_is_read_and_written_byte_for_byte() {
    let note = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
        — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
        — witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";
    let read = SignedCheckpoint::parse(note.as_bytes()).unwrap();
    assert_eq!(read.checkpoint().size, 20_852_163);
    assert_eq!(read.note(), note.as_bytes());
    assert_eq!(
        read.checkpoint().text().unwrap(),
        note.split_once("\n\n").unwrap().0.as_bytes().iter().chain(b"\n").copied().collect::<Vec<_>>()
    );
    // What the witness of the example signed, to the letter.
    let message = String::from_utf8(read.cosigned_message(1_679_315_147)).unwrap();
    assert_eq!(
        message,
        "cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    );
}

#[test]
fn what_the_log_signs_is_verified_by_its_key_only() {
    let signed = checkpoint(7, 9);
    let read = SignedCheckpoint::parse(signed.note()).unwrap();
    assert_eq!(read.verify(&log_key()).unwrap().size, 7);
    let other_key = NoteKey::new(ORIGIN, KeyType::Log, witness(2).0.public_key()).unwrap();
    assert!(matches!(read.verify(&other_key), Err(CheckpointError::NotSigned(_))));
    let other_log = NoteKey::new("tais.example/id", KeyType::Log, log().public_key()).unwrap();
    assert!(matches!(read.verify(&other_log), Err(CheckpointError::OtherLog { .. })));
    // The same key under its name as a witness's is another key.
    let as_witness = NoteKey::new(ORIGIN, KeyType::Witness, log().public_key()).unwrap();
    assert_eq!(read.cosigned(&as_witness), Ok(None));
}

#[test]
fn cosignatures_are_kept_when_they_fit_and_left_out_when_not() {
    let signed = checkpoint(7, 9);
    let ((first, first_key), (second, second_key)) = (witness(2), witness(3));
    let lines = [
        signed.cosign(&first, &first_key, at(100)).unwrap(),
        checkpoint(8, 9).cosign(&second, &second_key, at(100)).unwrap(),
    ];
    let witnesses = [first.clone(), second.clone()];
    let cosigned = signed.with_cosignatures(&lines.concat(), &witnesses).unwrap();
    assert_eq!(cosigned.cosigned(&first), Ok(Some(100)));
    assert_eq!(cosigned.cosigned(&second), Ok(None), "it was of another checkpoint");
    cosigned.verify(&log_key()).unwrap();
    // A later line of the same witness takes the place of the earlier.
    let later = cosigned.cosign(&first, &first_key, at(200)).unwrap();
    let later = cosigned.with_cosignatures(&later, &witnesses).unwrap();
    assert_eq!(later.cosigned(&first), Ok(Some(200)));
    assert_eq!(later.note().len(), cosigned.note().len());
    assert_eq!(SignedCheckpoint::parse(later.note()).unwrap(), later);
    // Of a stranger nothing is taken; what is no line is refused.
    let (stranger, key) = witness(4);
    let line = signed.cosign(&stranger, &key, at(1)).unwrap();
    assert_eq!(signed.with_cosignatures(&line, &witnesses).unwrap(), signed);
    assert!(signed.with_cosignatures("hello\n", &witnesses).is_err());
}

/// No bit of a note can be changed without it being noticed: it is no note, another's, or not signed.
#[test]
fn every_changed_bit_of_a_checkpoint_is_refused() {
    let signed = checkpoint(1_234, 9);
    let (key, witness_key) = witness(2);
    let line = signed.cosign(&key, &witness_key, at(100)).unwrap();
    let signed = signed.with_cosignatures(&line, std::slice::from_ref(&key)).unwrap();
    let holds = |note: &[u8]| {
        SignedCheckpoint::parse(note).is_ok_and(|read| {
            read.verify(&log_key()).is_ok() && read.cosigned(&key).is_ok_and(|time| time == Some(100))
        })
    };
    assert!(holds(signed.note()));
    for at in 0..signed.note().len() {
        for bit in 0..8 {
            let mut other = signed.note().to_vec();
            other[at] ^= 1 << bit;
            assert!(!holds(&other), "bit {bit} of byte {at}");
        }
    }
    for end in 0..signed.note().len() {
        assert!(!holds(&signed.note()[..end]), "cut off at {end}");
    }
}

#[test]
fn what_no_checkpoint_may_hold_is_refused_by_name() {
    let parse = |text: &str| SignedCheckpoint::parse(text.as_bytes());
    let root = "CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=";
    let line = "— x AAAAAAA=";
    assert!(parse(&format!("a\n7\n{root}\n\n{line}\n")).is_ok());
    let refused = [
        format!("a\n07\n{root}\n\n{line}\n"),
        format!("a\n+7\n{root}\n\n{line}\n"),
        format!("a\n7\n{}\n\n{line}\n", &root[..40]),
        format!("\n7\n{root}\n\n{line}\n"),
        format!("a\n7\n{root}\n\n"),
        format!("a\n7\n{root}\n{line}\n"),
        format!("a\n99999999999999999999\n{root}\n\n{line}\n"),
    ];
    for text in refused {
        assert!(matches!(parse(&text), Err(CheckpointError::Format)), "{text}");
    }
    assert_eq!(parse(&format!("a\n7\n{root}\nmore\n\n{line}\n")), Err(CheckpointError::Extension));
    assert!(matches!(parse(&format!("a b\n7\n{root}\n\n{line}\n")), Err(CheckpointError::Origin(_))));
    let huge = format!("a\n7\n{root}\n\n{}", format!("{line}\n").repeat(10_000));
    assert_eq!(parse(&huge), Err(CheckpointError::Format));
}

#[test]
fn a_mistyped_key_is_refused_with_the_reason() {
    let written = log_key().to_string();
    let parse = |text: &str| text.parse::<NoteKey>();
    assert!(parse(&written).is_ok());
    assert!(matches!(parse("nothing"), Err(NoteKeyError::Format(_))));
    assert!(matches!(parse(&written.replace("tais", "tays")), Err(NoteKeyError::Id(_))));
    let weak = format!("a+00000000+{}", "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    assert!(matches!(parse(&weak), Err(NoteKeyError::Weak(_))));
    assert!(matches!(parse("a+00000000+Ag=="), Err(NoteKeyError::Type(_, 2))));
}

fn receipt() -> TlogProof {
    let signed: Signed = log().sign(b"{}".to_vec());
    let entry = entry_bytes(&signed, Position(1), at(5));
    // A tree of two: the other leaf is the proof.
    let (other, leaf) = (LeafHash::of(b"other"), LeafHash::of(&entry));
    let root = tlog_tiles::node_hash(Hash(other.0), Hash(leaf.0)).0;
    let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size: 2, root }.sign(&log()).unwrap();
    let inclusion = InclusionProof { position: Position(1), size: 2, hashes: vec![other.0] };
    TlogProof { entry, inclusion, checkpoint }
}

#[test]
fn a_receipt_holds_by_itself_and_no_bit_of_it_can_be_changed() {
    let receipt = receipt();
    let file = receipt.to_bytes();
    let read = TlogProof::parse(&file).unwrap();
    assert_eq!(read, receipt);
    let Recorded { position, .. } = read.verify(&log_key()).unwrap();
    assert_eq!(position, Position(1));
    for at in 0..file.len() {
        for bit in 0..8 {
            let mut other = file.clone();
            other[at] ^= 1 << bit;
            let holds = TlogProof::parse(&other).is_ok_and(|read| read.verify(&log_key()).is_ok());
            assert!(!holds, "bit {bit} of byte {at}");
        }
        assert!(TlogProof::parse(&file[..at]).map_or(true, |read| read.verify(&log_key()).is_err()));
    }
}

#[test]
fn a_receipt_of_another_place_log_or_time_is_refused_with_the_reason() {
    let good = receipt();
    let mut elsewhere = good.clone();
    elsewhere.inclusion.position = Position(0);
    let refused = elsewhere.verify(&log_key()).unwrap_err();
    assert!(matches!(refused, TlogProofError::OtherPlace { index: 0, said: 1 }), "{refused}");
    let mut future = good.clone();
    future.checkpoint = checkpoint(900, 1);
    future.inclusion.size = 900;
    assert!(matches!(future.verify(&log_key()), Err(TlogProofError::Proof(_))));
    let mut earlier = good.clone();
    earlier.checkpoint = checkpoint(1, 1);
    earlier.inclusion.size = 1;
    assert!(matches!(earlier.verify(&log_key()), Err(TlogProofError::Proof(_))));
    let without = String::from_utf8(good.to_bytes()).unwrap();
    let without = without
        .lines()
        .filter(|line| !line.starts_with("extra"))
        .fold(String::new(), |all, line| all + line + "\n");
    assert!(matches!(TlogProof::parse(without.as_bytes()), Err(TlogProofError::NoEntry)));
}

/// The example of tlog-proof; what is abridged there is made whole.
#[test]
fn the_published_proof_is_read() {
    let text = "c2sp.org/tlog-proof@v1\nextra YWdlLXYxLjIuMS1kYXJ3aW4tYXJtNjQudGFyLmd6\nindex 73894\n\
        gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=\nB95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=\n\
        EKNzoDWG8LGC0Yp9o+sv3qllpMP9uHQ9B20KNL+Q1zs=\nRoopEkOdqkYqMB4MJXrbt/hMjOxsVn0IrWjpz1ZMMes=\n\
        AHCioX9nLjsrse6YhjRRmk1WUEirVOLLRoOQ6vfO5vk=\n\nexample.com/fancylog\n109482\n\
        sFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=\n\n— example.com/fancylog hI2DJw1roloI\n";
    let read = TlogProof::parse(text.as_bytes()).unwrap();
    assert_eq!((read.inclusion.position, read.inclusion.size), (Position(73_894), 109_482));
    assert_eq!(read.inclusion.hashes.len(), 5);
    assert_eq!(read.to_bytes(), text.as_bytes());
}
