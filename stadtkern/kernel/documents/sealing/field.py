"""The empty signature field, made before sealing so that the sealed file still is PDF/UA and PDF/A.

A field that the signing library adds itself lies outside the structure tree and has no description, against ISO 14289-1
7.18.4 and 7.18.1. Here it is a Form element at the end of the document, with an object reference and a place in the
parent tree (ISO 32000-1 14.7.4.3).
"""

import io

import pikepdf
from pikepdf import Array, Dictionary, Name, NumberTree, String

FIELD = "Siegel"
PRINT_AND_LOCKED = 4 | 128  # ISO 19005-3 6.3.2 wants the print flag on every annotation


def add_field(pdf_bytes: bytes, description: str) -> bytes:
    """The same tagged PDF with an invisible, tagged, empty signature field; `description` is read to blind people."""
    with pikepdf.open(io.BytesIO(pdf_bytes)) as pdf:
        page, tree = pdf.pages[-1].obj, pdf.Root.StructTreeRoot
        parents = NumberTree(tree.ParentTree)
        key = int(tree.get("/ParentTreeNextKey", max(parents.keys(), default=-1) + 1))
        widget = pdf.make_indirect(
            Dictionary(
                Type=Name.Annot, Subtype=Name.Widget, FT=Name.Sig, T=String(FIELD), TU=String(description),
                F=PRINT_AND_LOCKED, Rect=Array([0, 0, 0, 0]), P=page, StructParent=key,
            )
        )  # fmt: skip
        top = tree.K[0] if isinstance(tree.K, Array) else tree.K
        reference = Dictionary(Type=Name.OBJR, Obj=widget, Pg=page)
        element = pdf.make_indirect(
            Dictionary(Type=Name.StructElem, S=Name.Form, P=top, Pg=page, K=reference, Alt=String(description))
        )
        top.K = Array([*(top.K if isinstance(top.K, Array) else [top.K]), element])
        parents[key] = element
        tree.ParentTreeNextKey = key + 1
        page.Annots = Array([*page.get("/Annots", []), widget])
        page.Tabs = Name.S
        pdf.Root.AcroForm = Dictionary(Fields=Array([widget]), SigFlags=3)
        out = io.BytesIO()
        pdf.save(out, fix_metadata_version=False, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()
