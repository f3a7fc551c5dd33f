"""Certificates made while a test runs: no key is kept anywhere."""

import os
import ssl
import subprocess


class Authority:
    """A certificate authority in a folder, by the commands that an operator would type."""

    def __init__(self, folder, name="ca"):
        self.folder, self.name = folder, name
        folder.mkdir(parents=True, exist_ok=True)
        self.run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                 f"{name}.key", "-out", f"{name}.crt", "-days", "30", "-subj", f"/O=Test/CN={name}")

    def run(self, *arguments):
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)

    def path(self, name):
        return str(self.folder / name)

    def issue(self, name, days=30, names="DNS:localhost,IP:127.0.0.1"):
        """`NAME.pem`, key and certificate."""
        self.run("req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj",
                 f"/O=Test/CN={name}")
        (self.folder / "names").write_text(f"subjectAltName={names}\n")
        self.run("x509", "-req", "-in", f"{name}.csr", "-CA", f"{self.name}.crt", "-CAkey", f"{self.name}.key",
                 "-CAcreateserial", "-days", str(days), "-extfile", "names", "-out", f"{name}.crt")
        text = (self.folder / f"{name}.key").read_text() + (self.folder / f"{name}.crt").read_text()
        (self.folder / f"{name}.pem").write_text(text)
        os.chmod(self.folder / f"{name}.pem", 0o600)
        return self.path(f"{name}.pem")

    def context(self, name=None, **limits):
        context = ssl.create_default_context(cafile=self.path(f"{self.name}.crt"))
        if name:
            context.load_cert_chain(self.path(f"{name}.pem"))
        for limit, value in limits.items():
            setattr(context, limit, value)
        return context
